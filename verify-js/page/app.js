/**
 * The page: takes what is dropped, pasted or chosen, and says in words what came of it. It has no way to send
 * anything.
 */

import { Failure } from "../src/failure.js";
import { judge } from "../src/judge.js";
import { fileMeta, makeProof } from "../src/make.js";
import { sha256 } from "../src/merkle.js";
import { textOf, utf8 } from "../src/octets.js";
import { parseBrandRecord } from "../src/perimeter.js";
import { recogniseAll } from "../src/recognise.js";
import { PublicSuffixes } from "../src/suffixes.js";
import { TIME_ZONES } from "../src/timezones.js";
import { TlogProof } from "../src/tlogproof.js";
import { joinedTrust, noTrust, readTrust, resemblesTrust } from "../src/trust.js";
import { findingCard, gravity, manyCard, problemCard } from "./cards.js";
import { SUFFIXES, WORDS } from "./data.js";
import { at, element, reason, say, speaking } from "./speech.js";

/** @typedef {import("../src/recognise.js").Thing} Thing */

const MOST_OCTETS = 1 << 30; // of a file; it is read whole, because browsers hash no streams
const LARGEST_THING = 32 * 1_048_576; // a file of many proofs; one thing alone is held to its own limit
const MOST_CARDS = 50; // for one file of many proofs
const HEADS = ["tree-head", "signal-head"];
/** What is known to this page until it is closed. */
const held = {
  /** @type {{ name: string, trust: import("../src/trust.js").Trust, fingerprints: Map<string, string> }[]} */
  trusts: [],
  /** @type {{ name: string, jkt: string }[]} */
  records: [],
  /** @type {{ name: string, proof: TlogProof }[]} */
  timeProofs: [],
  /** @type {{ name: string, hash: Uint8Array } | null} */
  file: null,
  /** @type {{ name: string, things: Thing[], problem: Failure | null }[]} */
  things: [],
  /** @type {PublicSuffixes | null} */
  suffixes: null,
  /** @type {string | null} */
  made: null,
};

/** @param {string} language */
function speak(language) {
  speaking.language = language;
  document.documentElement.lang = language;
  document.title = `${say("title")} · Frankmark`;
  for (const one of document.querySelectorAll("[data-say]")) {
    one.textContent = say(/** @type {HTMLElement} */ (one).dataset.say ?? "");
  }
  for (const one of document.querySelectorAll("[data-label]")) {
    one.setAttribute("aria-label", say(/** @type {HTMLElement} */ (one).dataset.label ?? ""));
  }
  for (const one of document.querySelectorAll("[data-language]")) {
    one.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (one).dataset.language === language));
  }
  count();
  showBrought();
  showMade();
}

/** Take one file, or one text without a name, for what it is. @param {string} name @param {Uint8Array} octets */
async function take(name, octets) {
  const text = octets.length <= LARGEST_THING ? (textOf(octets)?.trim() ?? "") : "";
  if (resemblesTrust(octets)) return takeTrust(name, octets);
  if (text.startsWith("ssbrand=")) return takeRecord(name, text);
  /** @type {Thing[]} */
  let things = [];
  try {
    if (octets.length <= LARGEST_THING) things = recogniseAll(octets);
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
  }
  if (things[0]?.kind === "inclusion-proof" && takeTimeProof(name, things[0])) return;
  if (things.length > 0) held.things.push({ name, things, problem: null });
  else if (name === "") held.things.push({ name, things, problem: new Failure("THING_UNKNOWN", "") });
  else held.file = { name, hash: await sha256(octets) };
}

/** @param {string} name @param {Uint8Array} octets */
async function takeTrust(name, octets) {
  await orProblem(name, async () => {
    const trust = await readTrust(octets);
    const fingerprints = new Map();
    for (const { iss, keys } of trust.issuers.values()) fingerprints.set(iss, await keys.fingerprint());
    held.trusts.push({ name, trust, fingerprints });
  });
}

/** @param {string} name @param {string} text */
async function takeRecord(name, text) {
  await orProblem(name, async () => {
    const jkt = parseBrandRecord(utf8(text));
    if (jkt !== null) held.records.push({ name, jkt });
  });
}

/**
 * An offline proof without its entry shows that a log held something else that is here.
 *
 * @param {string} name
 * @param {Thing} thing
 */
function takeTimeProof(name, thing) {
  try {
    const proof = TlogProof.parse(thing.octets);
    if (proof.extra !== null) return false;
    held.timeProofs.push({ name, proof });
    return true;
  } catch (problem) {
    if (problem instanceof Failure) return false;
    throw problem;
  }
}

/** @param {string} name @param {() => Promise<void>} step */
async function orProblem(name, step) {
  try {
    await step();
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    held.things.push({ name, things: [], problem });
  }
}

/** @param {FileList | File[]} files */
async function takeFiles(files) {
  for (const file of files) {
    if (file.size > MOST_OCTETS) {
      held.things.push({ name: file.name, things: [], problem: new Failure("FILE_TOO_LARGE", "") });
    } else await take(file.name, new Uint8Array(await file.arrayBuffer()));
  }
  await verify();
}

/** Look at everything that is here, with everything that is here. */
async function verify() {
  showBrought();
  const trust = joinedTrust(noTrust(), ...held.trusts.map((one) => one.trust));
  const all = held.things.flatMap((one) => one.things);
  if (all.some((one) => one.kind === "perimeter")) held.suffixes ??= PublicSuffixes.parse(SUFFIXES);
  const given = {
    trust,
    nowMs: Date.now(),
    suffixes: held.suffixes ?? undefined,
    jkts: held.records.map((one) => one.jkt),
    timeProofs: held.timeProofs.map((one) => one.proof),
    heads: all.filter((one) => HEADS.includes(one.kind)).map((one) => textOf(one.octets) ?? ""),
    fileHash: held.file?.hash ?? null,
  };
  const cards = [];
  for (const one of held.things) cards.push(...(await cardsOf(one, given)));
  at("findings").replaceChildren(...cards);
  at("result").hidden = cards.length === 0;
  const words = cards.map((card) => card.querySelector(".word")?.textContent ?? "");
  at("status").textContent = cards.length > 0 ? words.join(". ") : say("brought.taken");
  if (cards.length > 0) at("result-title").focus();
}

/**
 * What came of one file or text: of one thing with what is attached to it, or of many proofs with those that are not
 * simply valid in front.
 *
 * @param {typeof held.things[number]} one
 * @param {import("../src/judge.js").Given} given
 */
async function cardsOf({ name, things, problem }, given) {
  const findings = [];
  for (const [at, thing] of things.entries()) {
    const called = things.length > 1 ? `${name} #${at + 1}`.trim() : name;
    const finding = await judge(thing, given);
    findings.push({ called, finding });
    for (const [number, piece] of (finding.evidence ?? []).entries()) {
      findings.push({ called: `${called} #${number + 1}`.trim(), finding: piece });
    }
  }
  if (findings.length === 0) return [problemCard(name, problem)];
  if (things.length === 1) return findings.map((each) => findingCard(each.called, each.finding));
  findings.sort((one, other) => gravity(other.finding) - gravity(one.finding));
  const cards = findings.slice(0, MOST_CARDS).map((each) => findingCard(each.called, each.finding));
  return [manyCard(name, findings.map((each) => each.finding)), ...cards];
}

/** Whom and what the person brought; each can be taken away again. */
function showBrought() {
  const { trusts, records, timeProofs } = held;
  const lines = [];
  for (const one of trusts) {
    for (const [iss, shown] of one.fingerprints) lines.push(broughtLine(say("brought.issuer", { iss }), shown, trusts, one));
    for (const kid of one.trust.authorities.keys()) {
      lines.push(broughtLine(say("brought.authority", { kid }), "", trusts, one));
    }
  }
  for (const one of records) lines.push(broughtLine(say("brought.record"), one.jkt, records, one));
  for (const one of timeProofs) {
    const { origin } = one.proof.checkpoint;
    lines.push(broughtLine(say("brought.proof", { name: one.name }), origin, timeProofs, one));
  }
  if (held.file !== null) lines.push(broughtLine(say("brought.file", { name: held.file.name }), "", null, null));
  at("brought").replaceChildren(...(lines.length > 0 ? lines : [element("li", say("brought.nobody"))]));
}

/** @template One @param {string} text @param {string} code @param {One[] | null} all @param {One} one */
function broughtLine(text, code, all, one) {
  const line = element("li");
  const words = element("span", `${text} `);
  if (code !== "") words.append(element("code", code));
  const button = /** @type {HTMLButtonElement} */ (element("button", say("brought.remove"), "quiet"));
  button.type = "button";
  button.setAttribute("aria-label", `${say("brought.remove")}: ${text}`);
  button.addEventListener("click", async () => {
    if (all === null) held.file = null;
    else all.splice(all.indexOf(one), 1);
    await verify();
    at("trust-title").scrollIntoView({ block: "nearest" });
  });
  line.append(words, button);
  return line;
}

function count() {
  const { value } = /** @type {HTMLTextAreaElement} */ (at("message"));
  at("count").textContent = say("make.count", { left: 280 - value.length });
}

/** @param {SubmitEvent} event */
async function make(event) {
  event.preventDefault();
  const field = /** @type {HTMLTextAreaElement} */ (at("message"));
  const input = /** @type {HTMLInputElement} */ (at("make-file"));
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    const [chosen] = input.files ?? [];
    if (chosen !== undefined && chosen.size > MOST_OCTETS) throw new Failure("FILE_TOO_LARGE", "");
    const file = chosen === undefined ? null : await fileMeta(chosen);
    const tz = TIME_ZONES.has(zone) ? zone : "UTC";
    held.made = await makeProof({ message: field.value, file }, { tz, nowMs: Date.now() });
    at("count").textContent = say("make.done");
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    held.made = null;
    at("count").textContent = reason(problem);
  }
  at("status").textContent = at("count").textContent;
  showMade();
  if (held.made !== null) at("made-title").focus();
}

function showMade() {
  at("made").hidden = held.made === null;
  if (held.made === null) return;
  const { id } = JSON.parse(held.made);
  const save = /** @type {HTMLAnchorElement} */ (at("save"));
  at("made-title").textContent = say("make.made", { id });
  /** @type {HTMLTextAreaElement} */ (at("proof")).value = held.made;
  URL.revokeObjectURL(save.href);
  save.href = URL.createObjectURL(new Blob([held.made], { type: "application/json" }));
  save.download = `proof-${id}.json`;
}

/** @param {string} text */
async function takeText(text) {
  held.things = [];
  if (text.trim() !== "") await take("", utf8(text));
  await verify();
}

function clear() {
  Object.assign(held, { things: [], file: null });
  /** @type {HTMLTextAreaElement} */ (at("thing")).value = "";
  /** @type {HTMLInputElement} */ (at("thing-files")).value = "";
  void verify();
  at("thing").focus();
}

function begin() {
  const wanted = navigator.languages.map((one) => one.slice(0, 2)).find((one) => Object.hasOwn(WORDS, one));
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", async () => {
      speak(/** @type {HTMLElement} */ (button).dataset.language ?? "en");
      if (held.things.length > 0) await verify();
      /** @type {HTMLElement} */ (button).focus();
    });
  }
  at("thing-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void takeText(/** @type {HTMLTextAreaElement} */ (at("thing")).value);
  });
  for (const id of ["thing-files", "trust-files"]) {
    at(id).addEventListener("change", () => {
      if (id === "thing-files") held.things = [];
      void takeFiles(/** @type {HTMLInputElement} */ (at(id)).files ?? []);
    });
  }
  at("clear").addEventListener("click", clear);
  at("message").addEventListener("input", count);
  at("make-file").addEventListener("change", () => {
    at("make-chosen").textContent = /** @type {HTMLInputElement} */ (at("make-file")).files?.[0]?.name ?? "";
  });
  at("make-form").addEventListener("submit", (event) => void make(/** @type {SubmitEvent} */ (event)));
  at("check-made").addEventListener("click", () => {
    /** @type {HTMLTextAreaElement} */ (at("thing")).value = held.made ?? "";
    void takeText(held.made ?? "");
  });
  drops();
  speak(wanted ?? "en");
}

/** Anything may be dropped anywhere. */
function drops() {
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("over");
  });
  document.addEventListener("dragleave", () => document.body.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("over");
    const { files } = /** @type {DataTransfer} */ (event.dataTransfer);
    const text = event.dataTransfer?.getData("text/plain") ?? "";
    if (files.length > 0) void takeFiles([...files]);
    else if (text !== "") void takeText(text);
  });
}

begin();
