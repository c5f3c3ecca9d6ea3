/** What a thing is, by its first octets; nothing else about it is known yet. */

import { malformed } from "./failure.js";
import { COUNTERSTAMP, PERIMETER, RECEIPT, TREE_HEAD, statedType } from "./signed.js";
import { latin1 } from "./taglist.js";

/**
 * @typedef {"stamp-token" | "ledger-entry" | "inclusion-proof" | "tree-head" | "receipt" | "signal-head" | "perimeter" |
 *   "counterstamp-statement" | "abuse-opening" | "stampedsafe-proof"} Kind
 *
 * @typedef {{ kind: Kind, octets: Uint8Array }} Thing
 */

const PROOF = "c2sp.org/tlog-proof@";
const HEADER = "x-securestamp:";
const FEWEST = { transaction: 2, opening: 3, proof: 3 }; // of these names: some alone stand elsewhere too
const TRANSACTION = ['"txHash"', '"entry"', '"entrySig"', '"checkpoint"'];
const OPENING = ['"detail"', '"salt"', '"auditPath"', '"sth"'];
const STAMPEDSAFE = ['"payload"', '"sig"', '"level"', '"id"', '"pk"', '"alg"', '"tz"'];
const SERVED_RECEIPT = /"receipt"\s*:\s*"[A-Za-z0-9_-]+\./;
/** @type {Record<string, Kind>} */
const SIGNED = {
  [RECEIPT]: "receipt",
  [TREE_HEAD]: "signal-head",
  [PERIMETER]: "perimeter",
  [COUNTERSTAMP]: "counterstamp-statement",
};
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
  if (SERVED_RECEIPT.test(text)) return "receipt";
  if (count(OPENING) >= FEWEST.opening) return "abuse-opening";
  if (count(STAMPEDSAFE) >= FEWEST.proof) return "stampedsafe-proof";
  return count(TRANSACTION) >= FEWEST.transaction ? "ledger-entry" : null;
}

/** @param {Uint8Array} octets */
function stripped(octets) {
  let [start, end] = [0, octets.length];
  while (start < end && SPACE.has(octets[start])) start += 1;
  while (end > start && SPACE.has(octets[end - 1])) end -= 1;
  return octets.subarray(start, end);
}
