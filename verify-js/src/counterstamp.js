/**
 * Counter-stamps: the core that never changes, and the brand's statement that alone can confirm one
 * (specs/signal.md, type SSCT-counterstamp). How they move is the node's part and not verified here.
 */

import { canonicalArtifact } from "./artifact.js";
import { Failure, malformed, unverified } from "./failure.js";
import { dump } from "./json.js";
import { Members } from "./members.js";
import { sha256 } from "./merkle.js";
import { LATEST_S, REASON_CODES, artifactIn, isHex64, isNamed } from "./model.js";
import { hex } from "./octets.js";
import { COUNTERSTAMP, byBrand, payloadOf, verifyByBrand } from "./signed.js";

/**
 * @typedef {object} Core
 * @property {string} id
 * @property {string} brand
 * @property {import("./model.js").Artifact} artifact
 * @property {import("./model.js").ReasonCode} reasonCode
 * @property {number} opened_at - seconds
 * @property {number} expires_at - seconds
 *
 * @typedef {object} Standing - a counter-stamp as it stands
 * @property {Core} core
 * @property {import("./model.js").State} state
 * @property {number} version
 * @property {number | null} disputedAt - seconds
 *
 * @typedef {object} Statement
 * @property {string} core - hash of the core
 * @property {number} version - that it moves from
 * @property {string} log - origin of the node's log
 * @property {number} iat - seconds
 * @property {import("./keys.js").P256PublicKey} key
 * @property {import("./jws.js").Jws} parts
 */

const LONGEST = 4_096;
const LONGEST_LIFE_S = 365 * 86_400;
const FRESH_S = 7 * 86_400;
const SKEW_S = 300;
const CODE = "COUNTERSTAMP_MALFORMED";

/**
 * Read a core.
 *
 * @param {import("./json.js").Json} value - as `load` gives it
 * @param {import("./suffixes.js").PublicSuffixes} suffixes
 * @returns {Core}
 * @throws {Failure} COUNTERSTAMP_MALFORMED
 */
export function parseCore(value, suffixes) {
  const members = new Members(value, "a counter-stamp", CODE);
  const core = {
    id: members.text("id"),
    brand: members.text("brand"),
    artifact: artifactIn(members.object("artifact")),
    reasonCode: members.word("reasonCode", REASON_CODES),
    opened_at: members.number("opened_at"),
    expires_at: members.number("expires_at"),
  };
  members.end();
  if (!isNamed("cs_", core.id) || !isNamed("br_", core.brand)) throw malformed(CODE, "id is cs_<ulid>, brand br_<ulid>");
  const end = Math.min(core.opened_at + LONGEST_LIFE_S, LATEST_S);
  if (core.opened_at < 0 || core.opened_at >= core.expires_at || core.expires_at > end) {
    throw malformed(CODE, "expires_at lies after opened_at, at most 365 days");
  }
  demandCanonical(core.artifact, suffixes);
  return core;
}

/** @param {import("./model.js").Artifact} artifact @param {import("./suffixes.js").PublicSuffixes} suffixes */
function demandCanonical({ type, value }, suffixes) {
  let canonical;
  try {
    canonical = canonicalArtifact(type, value, suffixes);
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    throw malformed(CODE, problem.detail);
  }
  if (canonical.value !== value) throw malformed(CODE, "its artifact is in its canonical form");
}

/** SHA-256 of a core's canonical octets. @param {Core} core @returns {Promise<string>} */
export const coreHash = async (core) =>
  hex(await sha256(dump(/** @type {import("./json.js").JsonObject} */ (/** @type {unknown} */ (core)))));

/**
 * Read a brand's statement, believing nothing.
 *
 * @param {string} text - the compact serialisation, at most 4,096 characters
 * @returns {Promise<Statement>}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, COUNTERSTAMP_MALFORMED, BRAND_KEY_MISMATCH
 */
export async function readStatement(text) {
  const { jws: parts, key } = await byBrand(text, COUNTERSTAMP, LONGEST);
  const members = new Members(payloadOf(parts, CODE), "a statement", CODE);
  const stated = {
    core: members.text("core"),
    version: members.number("version"),
    log: members.text("log"),
    iat: members.number("iat"),
  };
  if (members.text("to") !== "confirmed") throw members.fault("has to: confirmed");
  members.end();
  if (!isHex64(stated.core) || stated.log === "" || stated.version < 1) {
    throw members.fault("has core, 64 lower-case hexadecimal digits, a log and a version from 1 on");
  }
  if (stated.iat < 0 || stated.iat > LATEST_S) throw members.fault("has iat in seconds since the epoch");
  return { ...stated, key, parts };
}

/**
 * Check that a statement confirms a counter-stamp as it stands, here and now.
 *
 * @param {Statement} statement
 * @param {Standing} standing
 * @param {{ jkt: string, log: string, nowS: number }} given - thumbprint of the key of the brand's newest perimeter;
 *   origin of the node's log; the time
 * @throws {Failure} BRAND_KEY_MISMATCH, SIGNATURE_FALSE, STATEMENT_MISMATCH, STATEMENT_TIME
 */
export async function verifyStatement(statement, standing, { jkt, log, nowS }) {
  if (statement.key.thumbprint !== jkt) {
    throw unverified("BRAND_KEY_MISMATCH", "signed with another key than the brand's perimeter");
  }
  await verifyByBrand(statement.parts, statement.key);
  const meant = await coreHash(standing.core);
  if (statement.core !== meant || statement.version !== standing.version || statement.log !== log) {
    throw unverified("STATEMENT_MISMATCH", "the brand signed about another core, version or node");
  }
  if (statement.iat < nowS - FRESH_S || statement.iat > nowS + SKEW_S) {
    throw unverified("STATEMENT_TIME", "signed within the last seven days, and not in the future");
  }
  if (standing.state === "disputed" && statement.iat <= (standing.disputedAt ?? 0)) {
    throw unverified("STATEMENT_TIME", "signed after the dispute began");
  }
}
