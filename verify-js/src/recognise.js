/** What a thing is, by its first octets; nothing else about it is known yet. */

import { malformed } from "./failure.js";
import { COUNTERSTAMP, PERIMETER, RECEIPT, TREE_HEAD, statedType } from "./signed.js";
import { latin1 } from "./taglist.js";

/**
 * @typedef {"stamp-token" | "ledger-entry" | "inclusion-proof" | "tree-head" | "receipt" | "signal-head" | "perimeter" |
 *   "counterstamp-statement" | "abuse-opening" | "split-view" | "consistency-proof" | "stampedsafe-proof"} Kind
 *
 * @typedef {{ kind: Kind, octets: Uint8Array }} Thing
 */

const PROOF = "c2sp.org/tlog-proof@";
const HEADER = "x-securestamp:";
const FEWEST = { transaction: 2, opening: 3, proof: 3 }; // of these names: some alone stand elsewhere too
const TRANSACTION = ['"txHash"', '"entry"', '"entrySig"', '"checkpoint"'];
const OPENING = ['"detail"', '"salt"', '"auditPath"', '"sth"'];
const STAMPEDSAFE = ['"payload"', '"sig"', '"level"', '"id"', '"pk"', '"alg"', '"tz"'];
const PATH = /^\{\s*"(?:log|path)"\s*:/;
const PATH_MEMBERS = /"(?:log|first|second|path|tlp)"|"[^"]*"(?!\s*:)/g;
const SPLIT_VIEW = /"kind"[ \t\n\r\f\v]*:[ \t\n\r\f\v]*"frankmark-split-view"/;
const SERVED_RECEIPT = /"receipt"\s*:\s*"[A-Za-z0-9_-]+\./;
/** @type {Record<string, Kind>} */
const SIGNED = {
  [RECEIPT]: "receipt",
  [TREE_HEAD]: "signal-head",
  [PERIMETER]: "perimeter",
  [COUNTERSTAMP]: "counterstamp-statement",
};
const LOOKED_AT = 65_536;
const TOKEN = /"(?:[^"\\]|\\[^])*"?|[[\]{},]/g;
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d, 0x0b, 0x0c]);

/**
 * Tell what a thing is.
 *
 * @param {Uint8Array} octets - of a file, or of a text
 * @returns {Thing}
 * @throws {import("./failure.js").Failure} THING_UNKNOWN
 */
export function recognise(octets) {
  const bare = stripped(octets);
  const text = latin1(bare);
  if (text.startsWith(PROOF)) return { kind: "inclusion-proof", octets };
  if (text.startsWith("{")) {
    const kind = kindOfJson(text);
    if (kind !== null) return { kind, octets: bare };
  }
  if (latin1(octets).includes("\n\n\u00e2\u0080\u0094 ")) return { kind: "tree-head", octets };
  if (/^(?:https:\/\/|securestamp|v=|v )/i.test(text) || text.slice(0, 16).toLowerCase().startsWith(HEADER)) {
    return { kind: "stamp-token", octets: bare };
  }
  if (/^[A-Za-z0-9_.-]*$/.test(text) && text.split(".").length === 3) {
    return { kind: SIGNED[statedType(text) ?? ""] ?? "stamp-token", octets: bare };
  }
  const known = "stamp token, verify URL, DNS record, header, ledger transaction, offline proof, tree head, receipt";
  throw malformed("THING_UNKNOWN", `no ${known}, perimeter, statement, opening or StampedSafe proof`);
}

/** @param {string} text @returns {Kind | null} */
function kindOfJson(text) {
  /** @param {string[]} names */
  const count = (names) => names.filter((name) => text.includes(name)).length;
  if (SPLIT_VIEW.test(text)) return "split-view";
  if (SERVED_RECEIPT.test(text)) return "receipt";
  if (count(OPENING) >= FEWEST.opening) return "abuse-opening";
  if (count(STAMPEDSAFE) >= FEWEST.proof) return "stampedsafe-proof";
  if (count(TRANSACTION) >= FEWEST.transaction) return "ledger-entry";
  const isPath = text.includes('"path"') && PATH.test(text) && !text.replace(PATH_MEMBERS, "").includes('"');
  return isPath ? "consistency-proof" : null;
}

/**
 * Tell what a file holds: one thing, or many StampedSafe proofs in an array or one a line.
 *
 * @param {Uint8Array} octets
 * @returns {Thing[]}
 * @throws {import("./failure.js").Failure} THING_UNKNOWN; JSON_INVALID for an array that is not whole
 */
export function recogniseAll(octets) {
  const bare = latin1(stripped(octets));
  const named = STAMPEDSAFE.filter((name) => bare.slice(0, LOOKED_AT).includes(name)).length;
  if (named < FEWEST.proof || SERVED_RECEIPT.test(bare) || !isMany(bare)) return [recognise(octets)];
  return splitProofs(bare).map((text) => ({
    kind: "stampedsafe-proof",
    octets: Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
  }));
}

/** An array, or several lines of which the first and the last are whole objects. @param {string} bare */
function isMany(bare) {
  const at = bare.indexOf("\n");
  if (bare.startsWith("[") || at < 0) return bare.startsWith("[");
  const last = bare.slice(bare.lastIndexOf("\n") + 1).trim();
  return bare.startsWith("{") && bare.slice(0, at).trimEnd().endsWith("}") && last.startsWith("{") && last.endsWith("}");
}

/** The elements as they stand, so that one that is broken spoils no other. @param {string} bare @returns {string[]} */
function splitProofs(bare) {
  if (!bare.startsWith("[")) return bare.split("\n").filter((line) => line.trim() !== "");
  const found = [];
  let [depth, begun] = [0, 1];
  for (const { 0: token, index } of bare.matchAll(TOKEN)) {
    if ("[{".includes(token)) depth += 1;
    else if ("]}".includes(token)) depth -= 1;
    if (depth > 1 || (depth === 1 && token !== ",")) continue;
    const element = bare.slice(begun, index).trim();
    if (element !== "") found.push(element);
    else if (token === "," || begun > 1) throw malformed("JSON_INVALID", "a proof at each place of the array");
    begun = index + 1;
    if (depth > 0) continue;
    if (begun !== bare.length) throw malformed("JSON_INVALID", "nothing after the array of proofs");
    return found;
  }
  throw malformed("JSON_INVALID", "an array of proofs that is closed");
}

/** @param {Uint8Array} octets */
function stripped(octets) {
  let [start, end] = [0, octets.length];
  while (start < end && SPACE.has(octets[start])) start += 1;
  while (end > start && SPACE.has(octets[end - 1])) end -= 1;
  return octets.subarray(start, end);
}
