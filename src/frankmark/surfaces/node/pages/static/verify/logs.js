/** The three logs of Signal: their leaves, and how their heads are signed (type SSCT-sth). */

import { Failure, malformed, unverified } from "./failure.js";
import { Members } from "./members.js";
import { sha256, verifyInclusion } from "./merkle.js";
import { LATEST_S, isHex64 } from "./model.js";
import { fromHex, utf8 } from "./octets.js";
import { TREE_HEAD, byNode, payloadOf, verifyByNode } from "./signed.js";

export const LOG_NAMES = /** @type {const} */ (["official", "abuse", "receipts"]);
export const MOST_PATH = 63;
const LONGEST_HEAD = 2_048;
const LEAST_SHOWN = 5;

/**
 * @typedef {typeof LOG_NAMES[number]} LogName
 * @typedef {object} TreeHead
 * @property {string} text - the compact serialisation
 * @property {LogName} log
 * @property {number} size
 * @property {Uint8Array} root
 * @property {number} tsMs - the node's claim of when
 * @property {import("./jws.js").Jws} parts
 */

/** The leaf of a perimeter: its signed text. @param {string} jws @returns {Uint8Array} */
export const officialLeaf = (jws) => utf8(jws);

/** The leaf of a receipt: SHA-256 of its signed text. @param {string} jws @returns {Promise<Uint8Array>} */
export const receiptsLeaf = (jws) => sha256(utf8(jws));

/**
 * Read a signed tree head, believing nothing.
 *
 * @param {string} text
 * @returns {TreeHead}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, TREE_HEAD_MALFORMED
 */
export function readHead(text) {
  const parts = byNode(text, TREE_HEAD, LONGEST_HEAD);
  const code = "TREE_HEAD_MALFORMED";
  const members = new Members(payloadOf(parts, code), "a tree head", code);
  const log = members.word("log", LOG_NAMES);
  const [size, root, tsMs] = [members.number("size"), members.text("root"), members.number("ts")];
  members.end();
  if (size < 0 || !isHex64(root) || tsMs < 0 || Math.floor(tsMs / 1000) > LATEST_S) {
    throw members.fault("has size, root as 64 lower-case hexadecimal digits, and ts in milliseconds");
  }
  return { text, log, size, root: fromHex(root), tsMs, parts };
}

/**
 * @param {TreeHead} head
 * @param {import("./jwks.js").JwkSet} keys - all keys of the node, pinned by the verifier
 * @returns {Promise<import("./jwks.js").Jwk>} the key, whatever its standing
 * @throws {Failure} KEY_UNKNOWN, SIGNATURE_FALSE
 */
export const verifyHead = (head, keys) => verifyByNode(head.parts, keys);

/**
 * Check that a tree holds a leaf.
 *
 * @param {Uint8Array} leaf - its hash
 * @param {number} index
 * @param {Uint8Array[]} path
 * @param {TreeHead} head
 * @throws {Failure} INCLUSION_FALSE
 */
export async function verifyIncluded(leaf, index, path, head) {
  try {
    await verifyInclusion(leaf, index, head.size, path, head.root);
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    throw unverified("INCLUSION_FALSE", problem.detail);
  }
}

/** @param {import("./json.js").Json[]} items @param {string} code - of a failure @returns {Uint8Array[]} */
export function auditPath(items, code) {
  return items.map((item) => {
    if (typeof item === "string" && isHex64(item)) return fromHex(item);
    throw malformed(code, "auditPath holds hashes of 64 lower-case hexadecimal digits");
  });
}

/**
 * A count as the public may see it: below five only that it is.
 *
 * @param {number} count
 * @returns {number | string}
 */
export const shown = (count) => (count >= LEAST_SHOWN ? count : `<${LEAST_SHOWN}`);
