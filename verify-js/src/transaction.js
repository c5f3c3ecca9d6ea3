/** A ledger transaction as the node serves it, checked without asking the node again (specs/ledger-log.md). */

import { parseAsset } from "./assets.js";
import { malformed, unverified } from "./failure.js";
import { dump, isObject, load } from "./json.js";
import { checkCommitment, parseEntry, txHash } from "./ledger.js";
import { Checkpoint } from "./note.js";
import { fromBase64url, fromHex, utf8 } from "./octets.js";
import { TlogProof } from "./tlogproof.js";

/** @typedef {import("./json.js").Json} Json @typedef {import("./json.js").JsonObject} JsonObject */

/**
 * @typedef {object} Transaction - well-formed; whether a log holds it is for its proof
 * @property {import("./ledger.js").Entry} entry
 * @property {Uint8Array} octets - of the entry: its leaf
 * @property {string} entrySig
 * @property {JsonObject | null} asset - null once erased
 * @property {TlogProof} proof
 */

const LARGEST = 1_048_576;
const MOST_PATH = 63;
const PROVEN = ["txHash", "entry", "entrySig", "asset", "salt", "proof", "checkpoint"];

/**
 * @param {Uint8Array} octets - the JSON text
 * @returns {Promise<Transaction>}
 * @throws {import("./failure.js").Failure} TX_MALFORMED, TX_HASH_MISMATCH, ASSET_MISMATCH, ASSET_MALFORMED, as
 *   `parseEntry` and `Checkpoint.parse`
 */
export async function parseTransaction(octets) {
  const members = load(octets, { maxBytes: LARGEST, exact: true });
  if (!isObject(members) || !PROVEN.every((name) => Object.hasOwn(members, name))) {
    throw malformed("TX_MALFORMED", `a transaction has the members ${PROVEN.join(", ")}`);
  }
  const leaf = dump(members.entry);
  const entry = parseEntry(leaf);
  if (members.txHash !== (await txHash(leaf))) {
    throw unverified("TX_HASH_MISMATCH", "txHash is not the hash of the entry");
  }
  const salt = members.asset === null ? null : fromBase64url(text(members.salt));
  const asset = members.asset === null ? null : parseAsset(entry.type, members.asset);
  if (asset !== null && salt !== null) await checkCommitment(entry, asset, salt);
  return { entry, octets: leaf, entrySig: text(members.entrySig), asset, proof: proofIn(members) };
}

/** @param {JsonObject} members @returns {TlogProof} */
function proofIn(members) {
  const { auditPath = null, leafIndex = null } = isObject(members.proof) ? members.proof : {};
  if (!Array.isArray(auditPath) || auditPath.length > MOST_PATH || !Number.isSafeInteger(leafIndex)) {
    throw malformed("TX_MALFORMED", "a proof has a leafIndex and an auditPath");
  }
  const path = auditPath.map((one) => fromHex(text(one)));
  return new TlogProof(BigInt(Number(leafIndex)), path, Checkpoint.parse(utf8(text(members.checkpoint))), null);
}

/** @param {Json} value @returns {string} */
function text(value) {
  if (typeof value === "string") return value;
  throw malformed("TX_MALFORMED", "hashes, signatures and the checkpoint are strings");
}
