// What the pages that verify have in common: the node's keys, and one of three outcomes in the place of "not verified".
import { Failure } from "./verify/failure.js";
import { readTrust } from "./verify/trust.js";

const TRUST = "/.well-known/frankmark-trust.json";
const UNDECIDED = ["KEY_TIME_UNPROVEN"];

/**
 * An element that verifying needs.
 *
 * @param {string} id
 * @returns {HTMLElement}
 * @throws {Failure} PAGE_MISMATCH
 */
export function at(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Failure("PAGE_MISMATCH", `this page has no ${id}`);
  return found;
}

/** What this node publishes of its keys. @returns {Promise<import("./verify/trust.js").Issuer>} */
export async function published() {
  const answer = await fetch(TRUST);
  if (!answer.ok) throw new Error(`${TRUST} answers ${answer.status}`);
  const { issuers } = await readTrust(new Uint8Array(await answer.arrayBuffer()));
  return [...issuers.values()][0];
}

/**
 * Compare what the page says in words with what was verified.
 *
 * @param {Record<string, string | number>} known - by the name in `data-says`; a number is a time in milliseconds
 * @throws {Failure} PAGE_MISMATCH
 */
export function sayings(known) {
  for (const element of document.querySelectorAll("[data-says]")) {
    const name = element.getAttribute("data-says") ?? "";
    const value = known[name];
    const shown = (element.textContent ?? "").trim();
    const expected = typeof value === "number" ? minute(value) : value;
    if (shown !== expected) throw new Failure("PAGE_MISMATCH", `${name} is not what was verified`);
  }
}

/** A time as the pages write it. @param {number} ms */
function minute(ms) {
  const text = new Date(ms).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

/**
 * Verify what a page is about, and say what was found; what it rests on, a key or a code, stands below the sentence.
 *
 * @param {string} room - what is verified; on a page about something else nothing is
 * @param {() => Promise<string>} verify - answers the key that signed
 */
export async function examine(room, verify) {
  const place = document.getElementById("outcome");
  if (place === null || place.dataset.room !== room) return;
  const [outcome, detail] = await outcomeOf(verify);
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(`outcome-${outcome}`));
  const told = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const below = told.querySelector(".detail");
  if (below) below.textContent = detail;
  place.replaceChildren(told);
  document.getElementById("drawing")?.classList.add(outcome);
}

/** @param {() => Promise<string>} verify @returns {Promise<["yes" | "no" | "open", string]>} */
async function outcomeOf(verify) {
  try {
    return ["yes", await verify()];
  } catch (problem) {
    if (!(problem instanceof Failure)) return ["open", String(problem)];
    return [UNDECIDED.includes(problem.code) ? "open" : "no", problem.code];
  }
}
