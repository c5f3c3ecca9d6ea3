/**
 * Trust Receipts (specs/signal.md, type SSCT-receipt): one for every verification, signed by the node.
 *
 * A receipt states a fact as of `iat`; it does not end, and `iat` is no proof of time. `readReceipt` believes nothing;
 * `verifyReceipt` checks signature, key and inclusion, with nothing asked of the node that issued it.
 */

import { Failure, malformed, unverified } from "./failure.js";
import { dump } from "./json.js";
import { verifyKeyTime } from "./keytime.js";
import { LOG_NAMES, MOST_PATH, auditPath, readHead, receiptsLeaf, verifyHead, verifyIncluded } from "./logs.js";
import { Members } from "./members.js";
import { sha256 } from "./merkle.js";
import { ATTRIBUTIONS, FACTS, LATEST_S, LEVELS, SIGNALS, STATES, artifactIn, isHex64, isNamed } from "./model.js";
import { fromHex, hex, same } from "./octets.js";
import { RECEIPT, byNode, payloadOf, unknownKey, verifyByNode } from "./signed.js";

/** @typedef {import("./json.js").Json} Json @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./model.js").Artifact} Artifact @typedef {import("./jwks.js").JwkSet} JwkSet */
/** @typedef {import("./keytime.js").TimeProof} TimeProof */

/**
 * @typedef {object} Claims
 * @property {string} iss - base URL of the node
 * @property {string} jti
 * @property {number} iat - seconds; the node's claim
 * @property {string | null} nonce
 * @property {Artifact | null} artifact
 * @property {{ id: string, name: string, domain: string } | null} brand
 * @property {import("./model.js").Fact} fact
 * @property {import("./model.js").Attribution} attribution
 * @property {import("./model.js").ObservedSignal[]} signals
 * @property {{ seq: number, leaf: Uint8Array, leafIndex: number, auditPath: Uint8Array[] } | null} perimeter
 * @property {{ id: string, state: import("./model.js").State, version: number } | null} counterStamp
 * @property {import("./logs.js").TreeHead} head
 * @property {string} req
 *
 * @typedef {{ text: string, claims: Claims, parts: import("./jws.js").Jws }} Receipt
 * @typedef {"signature" | "key" | "inclusion"} Check
 */

export const DISCLAIMER = "SSCT-D1";
const VERSION = "1";
const LONGEST = 24_576;
const CODE = "RECEIPT_MALFORMED";
const NONCE = /^[!-~]{1,128}$/;
const ISSUER = /^https?:\/\/[A-Za-z0-9.:[\]-]{1,253}$/;
/** @type {Record<string, string>} */
const BY_STATE = { confirmed: "COUNTERSTAMP", disputed: "DISPUTED" };
export const CHECKS = /** @type {const} */ (["signature", "key", "inclusion"]);

/**
 * Bind a receipt to the question: SHA-256 of JCS {brand, artifact, nonce}.
 *
 * @param {string | null} brand - null when none was named
 * @param {Artifact | null} artifact
 * @param {string | null} nonce
 * @returns {Promise<string>}
 */
export const requestHash = async (brand, artifact, nonce) => hex(await sha256(dump({ brand, artifact, nonce })));

/**
 * Read a receipt, believing nothing.
 *
 * @param {string} text
 * @returns {Promise<Receipt>}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, RECEIPT_MALFORMED, TREE_HEAD_MALFORMED, TREE_HEAD_MISMATCH
 */
export async function readReceipt(text) {
  const parts = byNode(text, RECEIPT, LONGEST);
  const members = new Members(payloadOf(parts, CODE), "a receipt", CODE);
  const claims = claimsOf(members);
  await demandConsistent(claims);
  if (!same(dump(claimsJson(claims)), parts.payload)) {
    throw members.fault(`has ssct ${VERSION}, the level of its fact and disclaimer ${DISCLAIMER}, and nothing else`);
  }
  return { text, claims, parts };
}

/**
 * What follows from the others is left to the comparison of the whole.
 *
 * @param {Members} members
 * @returns {Claims}
 */
function claimsOf(members) {
  for (const derived of ["ssct", "signalLevel", "disclaimer"]) members.text(derived);
  const claims = {
    iss: members.text("iss"),
    jti: members.text("jti"),
    iat: members.number("iat"),
    nonce: members.has("nonce") ? members.text("nonce") : null,
    artifact: orNull(members.objectOrNull("artifact"), artifactIn),
    brand: orNull(members.objectOrNull("brand"), brandOf),
    fact: members.word("fact", FACTS),
    attribution: members.word("attribution", ATTRIBUTIONS),
    signals: signalsOf(members),
    perimeter: orNull(members.objectOrNull("perimeter"), perimeterOf),
    counterStamp: orNull(members.objectOrNull("counterStamp"), caseOf),
    head: headOf(members.object("sth")),
    req: members.text("req"),
  };
  members.end();
  return claims;
}

/**
 * @template Part
 * @param {Members | null} members
 * @param {(members: Members) => Part} read
 * @returns {Part | null}
 */
const orNull = (members, read) => (members === null ? null : read(members));

/** @param {Members} members */
function brandOf(members) {
  const brand = { id: members.text("id"), name: members.text("name"), domain: members.text("domain") };
  members.end();
  if (!isNamed("br_", brand.id)) throw members.fault("has id br_<ulid>");
  return brand;
}

/** @param {Members} members */
function signalsOf(members) {
  const words = members.list("signals", SIGNALS.length);
  const signals = SIGNALS.filter((one) => words.includes(one));
  if (signals.length !== words.length || signals.some((one, at) => one !== words[at])) {
    throw members.fault("has signals out of the closed list, each once and in its order");
  }
  return signals;
}

/** @param {Members} members */
function perimeterOf(members) {
  const [seq, leaf, leafIndex] = [members.number("seq"), members.text("sha256"), members.number("leafIndex")];
  const path = auditPath(members.list("auditPath", MOST_PATH), CODE);
  members.end();
  if (seq < 1 || leafIndex < 0 || !isHex64(leaf)) {
    throw members.fault("has seq, sha256 as 64 lower-case hexadecimal digits and leafIndex");
  }
  return { seq, leaf: fromHex(leaf), leafIndex, auditPath: path };
}

/** @param {Members} members */
function caseOf(members) {
  const one = { id: members.text("id"), state: members.word("state", STATES), version: members.number("version") };
  members.end();
  if (!isNamed("cs_", one.id) || one.version < 1) throw members.fault("has id cs_<ulid> and a version from 1 on");
  return one;
}

/** @param {Members} members */
function headOf(members) {
  const [log, size, root] = [members.word("log", LOG_NAMES), members.number("size"), members.text("root")];
  const head = readHead(members.text("jws"));
  members.end();
  if (log !== head.log || size !== head.size || root !== hex(head.root) || log !== "official") {
    const detail = "sth says what its own signed text says, of the official log";
    throw unverified("TREE_HEAD_MISMATCH", detail);
  }
  return head;
}

/** Refuse claims of which one cannot hold beside the others. @param {Claims} claims */
async function demandConsistent({ iss, jti, iat, nonce, artifact, brand, fact, perimeter, counterStamp, req }) {
  /** @param {string} detail */
  const wrong = (detail) => malformed(CODE, `a receipt: ${detail}`);
  if (!ISSUER.test(iss) || !isNamed("SSF-EV-", jti)) throw wrong("iss is the base URL of a node, jti SSF-EV-<ulid>");
  if (iat < 0 || iat > LATEST_S || (nonce !== null && !NONCE.test(nonce))) {
    throw wrong("iat is in seconds since the epoch, nonce 1 to 128 visible ASCII characters");
  }
  if (counterStamp !== null && BY_STATE[counterStamp.state] !== fact) {
    throw wrong("counterStamp is the confirmed or disputed one that the fact rests on");
  }
  if (counterStamp === null && Object.values(BY_STATE).includes(fact)) {
    throw wrong("COUNTERSTAMP and DISPUTED name their counter-stamp");
  }
  const whole = artifact !== null && brand !== null && perimeter !== null;
  if ((fact === "PERTENECE" || fact === "NO_PERTENECE") && !whole) {
    throw wrong("PERTENECE and NO_PERTENECE name artifact, brand and perimeter");
  }
  const asked = await Promise.all([null, brand?.id ?? null].map((id) => requestHash(id, artifact, nonce)));
  const unnamed = fact === "UNKNOWN" && brand === null && isHex64(req); // it may be about a brand nobody knew
  if (!asked.includes(req) && !unnamed) throw wrong("req is the hash of the question that artifact, brand and nonce make");
}

/** The claims as a JSON object. @param {Claims} claims @returns {JsonObject} */
export function claimsJson(claims) {
  const { perimeter, head } = claims;
  return {
    ...(claims.nonce === null ? {} : { nonce: claims.nonce }),
    iss: claims.iss,
    jti: claims.jti,
    iat: claims.iat,
    ssct: VERSION,
    artifact: claims.artifact,
    brand: claims.brand,
    fact: claims.fact,
    signalLevel: LEVELS[claims.fact],
    attribution: claims.attribution,
    signals: claims.signals,
    perimeter: perimeter && {
      seq: perimeter.seq,
      sha256: hex(perimeter.leaf),
      leafIndex: perimeter.leafIndex,
      auditPath: perimeter.auditPath.map(hex),
    },
    counterStamp: claims.counterStamp,
    sth: { log: head.log, size: head.size, root: hex(head.root), jws: head.text },
    req: claims.req,
    disclaimer: DISCLAIMER,
  };
}

/** @type {Record<Check, (receipt: Receipt, keys: JwkSet, time: TimeProof | null) => Promise<unknown>>} */
const LOOKED_AT = {
  signature: ({ parts }, keys) => verifyByNode(parts, keys),
  key: verifyKey,
  inclusion: verifyPerimeterIncluded,
};

/**
 * Check that the receipt's key, and that of the head inside it, counted when they signed.
 *
 * @param {Receipt} receipt
 * @param {JwkSet} keys
 * @param {TimeProof | null} time
 */
async function verifyKey({ text, parts, claims }, keys, time) {
  const names = new Set([parts.kid ?? "", claims.head.parts.kid ?? ""]);
  const known = keys.keys.filter((key) => names.has(key.kid));
  if (known.length !== names.size) throw unknownKey();
  await verifyKeyTime(known, await receiptsLeaf(text), time);
}

/** @param {Receipt} receipt @param {JwkSet} keys */
async function verifyPerimeterIncluded({ claims: { head, perimeter } }, keys) {
  await verifyHead(head, keys);
  if (perimeter !== null) await verifyIncluded(perimeter.leaf, perimeter.leafIndex, perimeter.auditPath, head);
}

/**
 * Verify a receipt.
 *
 * @param {string} text
 * @param {JwkSet} keys - all keys of the node that issued it, pinned by the verifier
 * @param {TimeProof | null} [time] - that the receipts log held it before its key ended, where it has
 * @returns {Promise<Receipt>}
 * @throws {Failure} as `readReceipt`; KEY_UNKNOWN, SIGNATURE_FALSE, KEY_TIME_UNPROVEN, INCLUSION_FALSE
 */
export async function verifyReceipt(text, keys, time = null) {
  const receipt = await readReceipt(text);
  for (const check of CHECKS) await LOOKED_AT[check](receipt, keys, time);
  return receipt;
}

/**
 * Say of each check whether it holds; else as `verifyReceipt`, and nothing is thrown.
 *
 * @param {string} text
 * @param {JwkSet} keys
 * @param {TimeProof | null} [time]
 * @returns {Promise<{ valid: boolean, failure: Failure | null, checks: Record<Check, boolean>, receipt: Receipt | null }>}
 */
export async function examineReceipt(text, keys, time = null) {
  const checks = { signature: false, key: false, inclusion: false };
  /** @type {Failure | null} */
  let failure = null;
  /** @type {Receipt | null} */
  let receipt = null;
  try {
    receipt = await readReceipt(text);
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    return { valid: false, failure: problem, checks, receipt };
  }
  for (const check of CHECKS) {
    try {
      await LOOKED_AT[check](receipt, keys, time);
      checks[check] = true;
    } catch (problem) {
      if (!(problem instanceof Failure)) throw problem;
      failure ??= problem;
    }
  }
  return { valid: failure === null, failure, checks, receipt };
}
