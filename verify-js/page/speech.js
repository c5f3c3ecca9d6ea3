/** How the page speaks: one language at a time, and every text as text, never as markup. */

import { WORDS } from "./data.js";

/** @typedef {import("../src/failure.js").Failure} Failure */

/** The language that is spoken now. */
export const speaking = { language: "en" };

/** @template {HTMLElement} [Kind=HTMLElement] @param {string} id @returns {Kind} */
export const at = (id) => /** @type {Kind} */ (document.getElementById(id));

/** @param {string} key @param {Record<string, unknown>} [values] @returns {string} */
export function say(key, values = {}) {
  if (key.startsWith("time:")) return instant(key.slice(5));
  const text = WORDS[speaking.language][key] ?? WORDS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_whole, name) => String(values[name] ?? ""));
}

/** @param {string} text @returns {string} */
export function instant(text) {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  /** @type {Intl.DateTimeFormatOptions} */
  const form = { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" };
  return `${new Intl.DateTimeFormat(speaking.language, form).format(time)} UTC`;
}

/** @param {string} tag @param {string} [text] @param {string} [kind] */
export function element(tag, text = "", kind = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

/** Why something is refused, in words. @param {Failure | null} problem */
export function reason(problem) {
  if (problem === null) return "";
  const key = [`reason.${problem.code}`, `proof.code.${problem.code}`].find((one) => WORDS.en[one] !== undefined);
  return say(key ?? `reason.${problem.kind}`);
}
