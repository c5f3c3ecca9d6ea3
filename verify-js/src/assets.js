/** The assets that entries of the ledger commit to (specs/ledger-entry.md), and the form that each must have. */

import { canonicalDomain } from "./domain.js";
import { Failure, malformed } from "./failure.js";
import { isObject, load } from "./json.js";
import { Members } from "./members.js";
import { isHex64 } from "./model.js";
import { utf8 } from "./octets.js";

/** @typedef {import("./json.js").Json} Json */

const CODE = "ASSET_MALFORMED";
const LATEST_MS = 253_402_300_799_999;
const LARGEST_TEXT = 16_384;
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const REVOCATIONS = ["PHISHING_DETECTED", "ORG_REQUEST", "POLICY_VIOLATION", "NODE_COMPROMISE", "EXPIRED"];
const CHANGES = ["DMARC_ADDED", "PHISHING_CAMPAIGN", "TYPOSQUATTING_CLUSTER", "MANUAL_REVIEW", "SIGNAL_DRIFT"];

/** @param {boolean} condition @param {string} what */
function demand(condition, what) {
  if (!condition) throw malformed(CODE, what);
}

/** @param {string} domain */
function demandDomain(domain) {
  if (canonicalDomain(domain) !== domain) throw malformed("DOMAIN_NOT_NORMALISED", "a domain in its one form");
}

/** @param {number} score */
function demandScore(score) {
  if (score < 0 || score > 100) throw malformed("SCORE_OUT_OF_RANGE", "a score is an integer from 0 to 100");
}

/** @param {number} ms */
function demandMoment(ms) {
  if (ms < 0 || ms > LATEST_MS) throw malformed("TIMESTAMP_OUT_OF_RANGE", "timestamp is milliseconds since the epoch");
}

/** @param {string} text @param {(value: Json) => boolean} fits @param {string} name */
function demandText(text, fits, name) {
  let right = false;
  try {
    right = text.isWellFormed() && fits(load(utf8(text), { maxBytes: LARGEST_TEXT, maxDepth: 8 }));
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
  }
  demand(right, `${name} is the text of JSON of its kind`);
}

/** @type {Record<string, (members: Members) => void>} */
const READERS = {
  StampIssuance: (members) => {
    const [stampId, orgId, domain] = ["stampId", "orgId", "domain"].map((name) => members.text(name));
    const [score, signals, timestamp] = [members.number("score"), members.text("signals"), members.number("timestamp")];
    const issuedBy = members.text("issuedBy");
    const subject = members.has("subjectHash") ? members.text("subjectHash") : null;
    members.end();
    demand(UUID4.test(stampId), "stampId is a UUID of version 4");
    demand(/^[A-Za-z0-9_-]{1,64}$/.test(orgId), "orgId is 1 to 64 letters, digits, _ or -");
    demand(isHex64(issuedBy) && (subject === null || subject === "" || isHex64(subject)), "hashes are 64 lower hex");
    demandDomain(domain);
    demandScore(score);
    demandMoment(timestamp);
    demandText(signals, isObject, "signals");
    demand(subject !== "", "subjectHash is left out when it is empty");
  },
  StampRevocation: (members) => {
    const stampId = members.text("stampId");
    members.word("reason", REVOCATIONS);
    const [revokedBy, timestamp] = [members.text("revokedBy"), members.number("timestamp")];
    members.end();
    demand(UUID4.test(stampId), "stampId is a UUID of version 4");
    demand(isHex64(revokedBy), "revokedBy is 64 lower hex");
    demandMoment(timestamp);
  },
  ScoreChange: (members) => {
    const [domain, older, newer] = [members.text("domain"), members.number("oldScore"), members.number("newScore")];
    members.word("reason", CHANGES);
    const [evidence, timestamp] = [members.text("evidence"), members.number("timestamp")];
    members.end();
    demandDomain(domain);
    demandScore(older);
    demandScore(newer);
    demandMoment(timestamp);
    demandText(evidence, Array.isArray, "evidence");
  },
  LogSuccession: (members) => {
    const [predecessor, size] = [members.text("predecessor"), members.number("treeSize")];
    const [root, timestamp] = [members.text("rootHash"), members.number("timestamp")];
    members.end();
    demand(/^[!-~]{1,255}$/.test(predecessor), "predecessor is the origin of a log");
    demand(size >= 0 && isHex64(root), "treeSize is a count of entries, rootHash 64 lower hex");
    demandMoment(timestamp);
  },
};

/**
 * Check the form of an asset.
 *
 * @param {string} type - that its entry names
 * @param {Json} value - as `load` gives it
 * @returns {import("./json.js").JsonObject} the asset
 * @throws {Failure} ASSET_MALFORMED, DOMAIN_NOT_NORMALISED, SCORE_OUT_OF_RANGE, TIMESTAMP_OUT_OF_RANGE
 */
export function parseAsset(type, value) {
  READERS[type](new Members(value, `a ${type}`, CODE));
  return /** @type {import("./json.js").JsonObject} */ (value);
}
