/**
 * Whom the person who verifies believes: pinned issuers and time authorities (specs/trust-document.md).
 *
 * Nothing else is ever believed; a thing that is verified never brings its own keys.
 */

import { Failure, malformed, unverified } from "./failure.js";
import { dump, isObject, load } from "./json.js";
import * as jws from "./jws.js";
import { JwkSet } from "./jwks.js";
import { Ed25519PublicKey } from "./keys.js";
import { VerifierKey } from "./note.js";
import { fromHex, same, textOf, utf8 } from "./octets.js";
import { parseTime } from "./time.js";
import { parseToml } from "./toml.js";

/** @typedef {import("./stampedsafe.js").Authority} Authority @typedef {import("./json.js").Json} Json */

/**
 * @typedef {object} Issuer
 * @property {string} iss - its base URL, as tokens name it
 * @property {JwkSet} keys
 * @property {VerifierKey[]} logKeys
 * @property {VerifierKey[]} witnesses - whose cosignatures count
 * @property {number} quorum - how many of them a final head needs
 *
 * @typedef {{ issuers: Map<string, Issuer>, authorities: Map<string, Authority> }} Trust
 */

const LARGEST_FILE = 4 * 1_048_576;
const LARGEST_DOCUMENT = 1_048_576;
const TYPE = "frankmark-trust";
const FILE_MEMBERS = ["jwks", "log_vkeys", "witnesses", "quorum"];

/** @param {string} detail */
const invalid = (detail) => malformed("TRUST_FILE_INVALID", detail);

/** Believing nobody. @returns {Trust} */
export const noTrust = () => ({ issuers: new Map(), authorities: new Map() });

/** Several trust files as one; the later stands over the earlier. @param {...Trust} all @returns {Trust} */
export const joinedTrust = (...all) => ({
  issuers: new Map(all.flatMap((one) => [...one.issuers])),
  authorities: new Map(all.flatMap((one) => [...one.authorities])),
});

/**
 * Read a trust file (`trust.toml`) or a trust document (`/.well-known/frankmark-trust.json`).
 *
 * @param {Uint8Array} octets
 * @returns {Promise<Trust>}
 * @throws {Failure} TRUST_FILE_INVALID; for a document as `readTrustDocument`
 */
export async function readTrust(octets) {
  const text = textOf(octets);
  if (text?.trimStart().startsWith("{")) {
    const { issuer, authorities } = await readTrustDocument(octets);
    return { issuers: new Map([[issuer.iss, issuer]]), authorities };
  }
  if (text === null || octets.length > LARGEST_FILE) throw invalid(`UTF-8, at most ${LARGEST_FILE} octets`);
  return readTrustFile(text);
}

/** Whether octets look like something that says whom to believe. @param {Uint8Array} octets */
export function resemblesTrust(octets) {
  const text = textOf(octets) ?? "";
  if (/^\s*\[\s*(?:issuer|time_authority)\s*\./m.test(text)) return true;
  return text.trimStart().startsWith("{") && text.includes('"jwks"') && text.includes('"iss"');
}

/** @param {string} text @returns {Promise<Trust>} */
async function readTrustFile(text) {
  const trust = noTrust();
  const { issuer = new Map(), time_authority = new Map(), ...unknown } = Object.fromEntries(parseToml(text));
  if (Object.keys(unknown).length > 0) throw invalid("tables issuer and time_authority, and no others");
  try {
    for (const [iss, members] of issuer) trust.issuers.set(iss, await issuerOf(iss, members));
    trust.authorities = await authoritiesOf(Object.fromEntries([...time_authority].map(objectOf)));
  } catch (problem) {
    throw problem instanceof Failure ? invalid(problem.detail) : problem;
  }
  return trust;
}

/** @param {[string, Map<string, import("./toml.js").Value>]} table @returns {[string, Record<string, string>]} */
const objectOf = ([name, members]) => [name, /** @type {Record<string, string>} */ (Object.fromEntries(members))];

/** @param {string} iss @param {Map<string, import("./toml.js").Value>} members @returns {Promise<Issuer>} */
async function issuerOf(iss, members) {
  const jwks = members.get("jwks");
  const [logs, witnesses] = [members.get("log_vkeys") ?? [], members.get("witnesses") ?? []];
  const quorum = members.get("quorum") ?? 1;
  const known = [...members.keys()].every((name) => FILE_MEMBERS.includes(name));
  if (!known || typeof jwks !== "string" || !Array.isArray(logs) || !Array.isArray(witnesses)) {
    throw invalid(`${iss} has jwks, and may have log_vkeys, witnesses, quorum`);
  }
  if (typeof quorum !== "number") throw invalid("quorum is a number");
  return {
    iss,
    keys: await JwkSet.parse(utf8(jwks)),
    logKeys: await Promise.all(logs.map(VerifierKey.parse)),
    witnesses: await Promise.all(witnesses.map(VerifierKey.parse)),
    quorum: Math.max(1, quorum),
  };
}

/**
 * Read a trust document. Its signature shows that whoever wrote it has one of its keys; whose keys they are, its
 * fingerprint shows to whoever compares it.
 *
 * @param {Uint8Array} octets
 * @returns {Promise<{ issuer: Issuer, authorities: Map<string, Authority> }>}
 * @throws {Failure} THING_UNKNOWN, DOCUMENT_SIGNATURE, TIME_KEY_FOREIGN, `JSON_…`, `KEY_…`, VKEY_MALFORMED
 */
export async function readTrustDocument(octets) {
  const value = load(octets, { maxBytes: LARGEST_DOCUMENT });
  if (!isObject(value) || typeof value.iss !== "string" || !Object.hasOwn(value, "jwks")) {
    throw malformed("THING_UNKNOWN", "this is no trust document: it needs iss and jwks");
  }
  const { signature = null, ...document } = value;
  const keys = await JwkSet.fromJson(value.jwks);
  const [logs, witnesses] = [textsIn(value, "log_vkeys"), textsIn(value, "witnesses")];
  const timeKeys = isObject(value.time_authority ?? null) ? /** @type {Record<string, any>} */ (value.time_authority) : {};
  if (typeof signature === "string") await demandSigned(signature, document, keys);
  else if (logs.length > 0 || witnesses.length > 0 || Object.keys(timeKeys).length > 0) {
    throw unverified("DOCUMENT_SIGNATURE", "a trust document that names logs or time keys is signed");
  }
  const { quorum = 1 } = document;
  if (typeof quorum !== "number" || !Number.isInteger(quorum) || quorum < 1 || quorum > Math.max(1, witnesses.length)) {
    throw malformed("THING_UNKNOWN", "quorum is a number from 1 to as many as there are witnesses");
  }
  const issuer = {
    iss: value.iss,
    keys,
    logKeys: await Promise.all(logs.map(VerifierKey.parse)),
    witnesses: await Promise.all(witnesses.map(VerifierKey.parse)),
    quorum,
  };
  for (const kid of Object.keys(timeKeys)) {
    if (!keys.keys.some((key) => kid.startsWith(`${key.nodeId}#`))) {
      throw unverified("TIME_KEY_FOREIGN", `${kid} is a time key of another node`);
    }
  }
  return { issuer, authorities: await authoritiesOf(timeKeys) };
}

/** @param {string} signature @param {import("./json.js").JsonObject} document @param {JwkSet} keys */
async function demandSigned(signature, document, keys) {
  const wrong = unverified("DOCUMENT_SIGNATURE", "the trust document is not signed by a key that it names");
  try {
    const parts = jws.parse(signature, { longest: LARGEST_DOCUMENT });
    const key = keys.find(parts.kid ?? "");
    await jws.verify(parts, key.key);
    if (key.status === "active" && parts.typ === TYPE && same(parts.payload, dump(document))) return;
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
  }
  throw wrong;
}

/** @param {import("./json.js").JsonObject} members @param {string} name @returns {string[]} */
function textsIn(members, name) {
  const value = members[name] ?? [];
  if (!Array.isArray(value) || !value.every((one) => typeof one === "string")) {
    throw malformed("THING_UNKNOWN", `${name} is a list of texts`);
  }
  return /** @type {string[]} */ (value);
}

/**
 * @param {Record<string, Record<string, string>>} members - by key id: pk, notBefore, notAfter, compromisedAt
 * @returns {Promise<Map<string, Authority>>}
 * @throws {Failure} TRUST_FILE_INVALID
 */
export async function authoritiesOf(members) {
  /** @type {Map<string, Authority>} */
  const found = new Map();
  for (const [kid, one] of Object.entries(members)) found.set(kid, await authority(kid, one));
  return found;
}

/** @param {string} kid @param {Record<string, string>} members @returns {Promise<Authority>} */
async function authority(kid, { pk, notBefore, notAfter, compromisedAt, ...unknown }) {
  const wrong = `time_authority ${kid} has pk, 64 lower hex, and may have notBefore, notAfter, compromisedAt, RFC 3339`;
  if (!/^[0-9a-f]{64}$/.test(pk ?? "") || Object.keys(unknown).length > 0) throw invalid(wrong);
  try {
    await Ed25519PublicKey.fromOctets(fromHex(pk));
    const [notBeforeMs, notAfterMs, compromisedAtMs] = [notBefore, notAfter, compromisedAt].map((text) =>
      text === undefined ? null : parseTime(String(text)),
    );
    return { pk, notBeforeMs, notAfterMs, compromisedAtMs };
  } catch (problem) {
    throw problem instanceof Failure ? invalid(`${wrong}: ${problem.detail}`) : problem;
  }
}
