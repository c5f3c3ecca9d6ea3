/** A finding in words: what is shown, and what is not, which nobody should read into it. */

import { standing } from "../src/judge.js";

/** @typedef {import("../src/judge.js").Finding} Finding @typedef {import("../src/json.js").Json} Json */
/** @typedef {(key: string, values?: Record<string, unknown>) => string} Say */
/** @typedef {{ shown: string[], open: string[] }} Told */
/** @typedef {Record<string, any>} Facts */

/**
 * @param {Finding} finding
 * @param {Say} say
 * @returns {Told}
 */
export function inWords(finding, say) {
  const facts = readable(finding.facts, say);
  const values = { ...facts, issuer: finding.issuer };
  const { shown, open } = KINDS[finding.kind](finding, facts);
  const came = standing(finding);
  /** @param {string[]} keys */
  const said = (keys) => keys.map((key) => say(key, values));
  if (came === "invalid") return { shown: [], open: [say("open.nothing")] };
  if (came === "undecided") {
    return { shown: [], open: [say(`undecided.${finding.error?.code}`, values), ...said(open)] };
  }
  return { shown: said(shown), open: said(open) };
}

/** @type {Record<import("../src/recognise.js").Kind, (finding: Finding, facts: Facts) => Told>} */
const KINDS = {
  "stamp-token": () => ({
    shown: ["shown.token.registered", "shown.token.until"],
    open: ["open.token.author", "open.token.revoked", "open.token.score"],
  }),
  "ledger-entry": (_finding, facts) => ({
    shown: ["shown.entry.signed", "shown.log.holds", ...witnessed(facts)],
    open: ["open.entry.true", "open.log.newest"],
  }),
  "inclusion-proof": (_finding, facts) => ({
    shown: ["shown.log.holds", ...witnessed(facts)],
    open: ["open.proof.signature", "open.entry.true", "open.log.newest"],
  }),
  "tree-head": (_finding, facts) => ({
    shown: ["shown.log.head", ...witnessed(facts)],
    open: ["open.log.content", "open.log.newest"],
  }),
  receipt: (_finding, facts) => ({
    shown: [`shown.receipt.${facts.fact}`, ...(facts.perimeterSeq === null ? [] : ["shown.receipt.perimeter"])],
    open: ["open.receipt.true", "open.receipt.time", "open.receipt.now", ...attributed(facts)],
  }),
  "signal-head": () => ({ shown: ["shown.signal.head"], open: ["open.log.content", "open.signal.witness"] }),
  perimeter: () => ({
    shown: ["shown.perimeter.signed", "shown.perimeter.until"],
    open: ["open.perimeter.newest", "open.perimeter.control"],
  }),
  "counterstamp-statement": () => ({
    shown: ["shown.statement.signed"],
    open: ["open.statement.case", "open.statement.true"],
  }),
  "abuse-opening": () => ({ shown: ["shown.opening.move"], open: ["open.opening.true", "open.opening.share"] }),
  "split-view": () => ({
    shown: ["shown.split.signed", "shown.split.two"],
    open: ["open.split.which", "open.split.why"],
  }),
  "consistency-proof": () => ({
    shown: ["shown.joined.signed", "shown.joined.continues"],
    open: ["open.log.content", "open.log.newest"],
  }),
  "stampedsafe-proof": stampedSafe,
};

const TIMES = ["issuedAt", "expiresAt", "cosignedAt", "statedAt", "endsAt", "claimedTime", "attestedTime", "notBefore"];

/** @param {Facts} facts */
const witnessed = (facts) => (facts.cosignatures > 0 ? ["shown.log.witnessed"] : []);

/** @param {Facts} facts */
const attributed = (facts) => (facts.attribution === "content_only" ? ["open.receipt.author"] : []);

/** @param {Finding} finding @param {Facts} facts @returns {Told} */
function stampedSafe({ report }, facts) {
  const shown = ["shown.proof.unchanged"];
  const open = ["open.proof.who", "open.proof.true"];
  if (report?.timeBinding === "bound") shown.push("shown.proof.bound");
  else if (report?.timeBinding === "not-before") {
    shown.push("shown.proof.notBefore");
    open.unshift("open.proof.notBefore");
  } else open.unshift("open.proof.time");
  if (report?.fileMatches === true) shown.push("shown.proof.file");
  else if (facts.file) open.unshift("open.proof.file");
  return { shown, open };
}

/**
 * Facts as sentences hold them: times in the reader's words, channels and brands as one text.
 *
 * @param {Facts} facts
 * @param {Say} say
 */
function readable(facts, say) {
  /** @type {Facts} */
  const told = { ...facts };
  for (const name of TIMES) {
    if (typeof facts[name] === "string") told[name] = say(`time:${facts[name]}`);
  }
  if (facts.artifact) told.artifact = `${say(`type.${facts.artifact.type}`)} ${facts.artifact.value}`;
  else if ("artifact" in facts) told.artifact = say("none");
  if (facts.brand) told.brand = `${facts.brand.name} (${facts.brand.domain})`;
  else if ("brand" in facts) told.brand = say("none");
  if (Array.isArray(facts.sizes)) [told.before, told.after] = facts.sizes;
  if (Array.isArray(facts.channels)) told.channels = facts.channels.length;
  if (facts.file) told.file = facts.file.name;
  return told;
}

/**
 * What a thing says, line by line, as it stands in it.
 *
 * @param {Finding} finding
 * @param {Say} say
 * @returns {[string, string][]}
 */
export const factLines = (finding, say) =>
  Object.entries(finding.facts).flatMap(([name, value]) =>
    value === null || value === "" || (Array.isArray(value) && value.length === 0) ? [] : [[say(`fact.${name}`), flat(value)]],
  );

/** @param {Json} value @returns {string} */
function flat(value) {
  if (Array.isArray(value)) return value.map(flat).join("\n");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.values(value).map(flat).join(" · ");
}
