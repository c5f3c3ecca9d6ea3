/** Ledger entries (specs/ledger-entry.md): ids and hashes, for ever public, and the assets that they commit to. */

import { Failure, malformed, renamed, unverified } from "./failure.js";
import { dump, isObject, load } from "./json.js";
import { sha256 } from "./merkle.js";
import { fromBase64url, hex, joined, same, utf8 } from "./octets.js";

/**
 * @typedef {object} Entry
 * @property {1} v
 * @property {string} type
 * @property {string} channel
 * @property {string} stampId
 * @property {string} assetHash
 * @property {number} timestamp - milliseconds; the issuer's claim
 * @property {string} issuer - SHA-256 fingerprint of the issuing node's certificate
 */

export const CHANNEL = "securestamp-main";
const TYPES = ["StampIssuance", "StampRevocation", "ScoreChange", "LogSuccession"];
const MEMBERS = ["assetHash", "channel", "issuer", "stampId", "timestamp", "type", "v"];
const LABEL = utf8("frankmark-entry-v1\u0000");
const LARGEST = 1_024;
const LATEST_MS = 253_402_300_799_999;
const HEX64 = /^[0-9a-f]{64}$/;
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** @param {string} detail */
const wrong = (detail) => malformed("ENTRY_MALFORMED", detail);

/**
 * Read the canonical octets of an entry.
 *
 * @param {Uint8Array} octets
 * @returns {Entry}
 * @throws {Failure} ENTRY_MALFORMED, TIMESTAMP_OUT_OF_RANGE
 */
export function parseEntry(octets) {
  const value = renamed(
    () => load(octets, { maxBytes: LARGEST, maxDepth: 2, exact: true }),
    (failure) => wrong(`not JSON as an entry is: ${failure.detail}`),
  );
  if (!isObject(value) || Object.keys(value).sort().join() !== MEMBERS.join()) {
    throw wrong(`an entry has exactly the members ${MEMBERS.join(", ")}`);
  }
  const { v, type, channel, stampId, assetHash, timestamp, issuer } = value;
  const whole = [v, timestamp].every((one) => typeof one === "bigint" || Number.isInteger(one));
  if (!whole || ![type, channel, stampId, assetHash, issuer].every((one) => typeof one === "string")) {
    throw wrong("v and timestamp are integers, all others strings");
  }
  if (!TYPES.includes(String(type))) throw wrong("no such type of asset");
  if (v !== 1 || channel !== CHANNEL) throw wrong(`an entry of version 1 stands on channel ${CHANNEL}`);
  if (type === "LogSuccession" ? stampId !== "" : !UUID4.test(String(stampId))) {
    throw wrong("stampId must be a UUID of version 4, and empty for LogSuccession");
  }
  if (!HEX64.test(String(assetHash)) || !HEX64.test(String(issuer))) {
    throw wrong("assetHash and issuer must be 64 lower-case hexadecimal digits");
  }
  if (typeof timestamp !== "number" || timestamp < 0 || timestamp > LATEST_MS) {
    throw malformed("TIMESTAMP_OUT_OF_RANGE", "timestamp must be milliseconds since the epoch");
  }
  if (!same(dump(value), octets)) throw wrong("an entry is its canonical octets (RFC 8785), none other");
  return /** @type {Entry} */ (/** @type {unknown} */ (value));
}

/** The name of an entry. @param {Uint8Array} octets - its canonical octets @returns {Promise<string>} */
export const txHash = async (octets) => hex(await sha256(octets));

/**
 * Commit to an asset: SHA-256(salt ‖ JCS(asset)).
 *
 * @param {Uint8Array} salt - 16 octets
 * @param {import("./json.js").JsonObject} asset
 * @returns {Promise<string>}
 * @throws {Failure} ASSET_MALFORMED
 */
export async function assetHash(salt, asset) {
  if (salt.length !== 16) throw malformed("ASSET_MALFORMED", "a salt has 16 octets");
  return hex(await sha256(salt, dump(asset)));
}

/**
 * Check that an asset is the one that an entry commits to.
 *
 * @param {Entry} entry
 * @param {import("./json.js").JsonObject} asset
 * @param {Uint8Array} salt
 * @throws {Failure} ASSET_MISMATCH, ASSET_MALFORMED
 */
export async function checkCommitment(entry, asset, salt) {
  const named = Object.hasOwn(asset, "stampId") ? asset.stampId : entry.stampId;
  const fits = named === entry.stampId && asset.timestamp === entry.timestamp;
  if ((await assetHash(salt, asset)) !== entry.assetHash || !fits) {
    throw unverified("ASSET_MISMATCH", "the asset is not the one that the entry commits to");
  }
}

/**
 * Verify an entry's signature; matching the key to the certificate that the entry names is the caller's part.
 *
 * @param {Uint8Array} octets - the entry's canonical octets
 * @param {string} signature - base64url of R ‖ S, as served in `entrySig`
 * @param {import("./keys.js").P256PublicKey} key
 * @throws {Failure} ENTRY_SIGNATURE
 */
export async function verifyEntry(octets, signature, key) {
  try {
    await key.verify(fromBase64url(signature), joined(LABEL, octets));
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    throw unverified("ENTRY_SIGNATURE", "the entry's signature does not hold");
  }
}
