/**
 * The Abuse Transparency Log: what is public about a move of a counter-stamp, and how the rest is opened.
 *
 * A public leaf is a commitment and a day. An opening shows the move behind it to those concerned alone (TLP:AMBER).
 */

import { Failure, malformed } from "./failure.js";
import { dump, load } from "./json.js";
import { verifyKeyTime } from "./keytime.js";
import { MOST_PATH, auditPath, readHead, verifyHead, verifyIncluded } from "./logs.js";
import { Members } from "./members.js";
import { leafHash, sha256 } from "./merkle.js";
import { LATEST_S, REASON_CODES, ROLES, STATES, artifactIn, isHex64 } from "./model.js";
import { fromHex, hex, joined, same, utf8 } from "./octets.js";
import { parseTime, timeText } from "./time.js";

/** @typedef {import("./json.js").Json} Json @typedef {import("./json.js").JsonObject} JsonObject */

/**
 * @typedef {object} Detail - one move of a counter-stamp, as only those concerned may see it
 * @property {string} cs
 * @property {import("./model.js").State | null} from - null for the opening
 * @property {import("./model.js").State} to
 * @property {number} version
 * @property {import("./model.js").Role} actorRole
 * @property {string} brand
 * @property {import("./model.js").Artifact} artifact
 * @property {import("./model.js").ReasonCode} reasonCode
 * @property {number} at - seconds
 *
 * @typedef {object} Opening
 * @property {Detail} detail
 * @property {Uint8Array} salt
 * @property {number} leafIndex
 * @property {Uint8Array[]} auditPath
 * @property {import("./logs.js").TreeHead} head
 */

const LABEL = utf8("SSCT-ATL-1\u0000");
const LARGEST_LEAF = 256;
const CODE = "OPENING_MALFORMED";

/**
 * Commit to a move without showing it: SHA-256("SSCT-ATL-1" ‖ 0 ‖ salt ‖ JCS(detail)).
 *
 * @param {Uint8Array} salt - 32 octets
 * @param {Detail} detail
 * @returns {Promise<string>}
 * @throws {Failure} OPENING_MALFORMED
 */
export async function abuseCommitment(salt, detail) {
  if (salt.length !== 32) throw malformed(CODE, "a salt of 32 octets");
  return hex(await sha256(joined(LABEL, salt, dump(/** @type {JsonObject} */ (/** @type {unknown} */ (detail))))));
}

/** The leaf of a move. @param {Uint8Array} salt @param {Detail} detail @returns {Promise<Uint8Array>} */
export const abuseLeaf = async (salt, detail) =>
  dump({ v: 1, c: await abuseCommitment(salt, detail), day: timeText(detail.at * 1000).slice(0, 10) });

/**
 * Read the leaf of a move.
 *
 * @param {Uint8Array} octets
 * @returns {{ c: string, day: string }}
 * @throws {Failure} LEAF_MALFORMED
 */
export function parseAbuseLeaf(octets) {
  const code = "LEAF_MALFORMED";
  let value;
  try {
    value = load(octets, { maxBytes: LARGEST_LEAF, maxDepth: 1, exact: true });
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    throw malformed(code, `a leaf is JSON: ${problem.detail}`);
  }
  const members = new Members(value, "a leaf", code);
  const [v, c, day] = [members.number("v"), members.text("c"), members.text("day")];
  members.end();
  if (v !== 1 || !isHex64(c) || !isDay(day) || !same(dump({ v, c, day }), octets)) {
    throw members.fault("is the canonical octets of v 1, a commitment and a day");
  }
  return { c, day };
}

/** @param {string} text */
function isDay(text) {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  try {
    parseTime(`${text}T00:00:00Z`);
    return true;
  } catch (problem) {
    if (problem instanceof Failure) return false;
    throw problem;
  }
}

/**
 * Read an opening, believing nothing.
 *
 * @param {Json} value - as `load` gives it
 * @returns {Opening}
 * @throws {Failure} OPENING_MALFORMED, as `readHead`
 */
export function parseOpening(value) {
  const members = new Members(value, "an opening", CODE);
  const detail = detailOf(members.object("detail"));
  const [salt, leafIndex, size] = [members.text("salt"), members.number("leafIndex"), members.number("treeSize")];
  const path = auditPath(members.list("auditPath", MOST_PATH), CODE);
  const head = readHead(members.text("sth"));
  members.end();
  if (!isHex64(salt) || leafIndex < 0 || head.log !== "abuse" || head.size !== size) {
    throw members.fault("has a salt of 32 octets, and a head of the abuse log of its treeSize");
  }
  return { detail, salt: fromHex(salt), leafIndex, auditPath: path, head };
}

/** @param {Members} members @returns {Detail} */
function detailOf(members) {
  const artifact = members.object("artifact");
  const detail = {
    cs: members.text("cs"),
    from: members.wordOrNull("from", STATES),
    to: members.word("to", STATES),
    version: members.number("version"),
    actorRole: members.word("actorRole", ROLES),
    brand: members.text("brand"),
    artifact: artifactIn(artifact),
    reasonCode: members.word("reasonCode", REASON_CODES),
    at: members.number("at"),
  };
  members.end();
  if (detail.at < 0 || detail.at > LATEST_S || detail.version < 1) {
    throw members.fault("has at in seconds since the epoch and a version from 1 on");
  }
  return detail;
}

/** An opening as a JSON object. @param {Opening} opening @returns {JsonObject} */
export const openingJson = (opening) => ({
  detail: /** @type {JsonObject} */ (/** @type {unknown} */ (opening.detail)),
  salt: hex(opening.salt),
  leafIndex: opening.leafIndex,
  treeSize: opening.head.size,
  auditPath: opening.auditPath.map(hex),
  sth: opening.head.text,
});

/**
 * Check that a move is the one that the abuse log committed to.
 *
 * @param {Opening} opening
 * @param {import("./jwks.js").JwkSet} keys - all keys of the node, pinned by the verifier
 * @param {import("./keytime.js").TimeProof | null} [time] - that the log held it before the head's key ended
 * @throws {Failure} KEY_UNKNOWN, SIGNATURE_FALSE, INCLUSION_FALSE, KEY_TIME_UNPROVEN
 */
export async function verifyOpening(opening, keys, time = null) {
  const key = await verifyHead(opening.head, keys);
  const leaf = await abuseLeaf(opening.salt, opening.detail);
  await verifyIncluded(await leafHash(leaf), opening.leafIndex, opening.auditPath, opening.head);
  await verifyKeyTime([key], leaf, time);
}
