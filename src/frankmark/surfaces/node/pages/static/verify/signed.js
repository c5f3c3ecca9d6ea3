/**
 * Signed objects of Signal (specs/signal.md): compact ES256 JWS over canonical JSON, the type looked at first.
 *
 * One kind of object is never taken for another, whoever signed it.
 */

import { Failure, malformed, unverified } from "./failure.js";
import { dump, load } from "./json.js";
import * as jws from "./jws.js";
import { same } from "./octets.js";

/** @typedef {import("./json.js").Json} Json @typedef {import("./jws.js").Jws} Jws */
/** @typedef {import("./jwks.js").Jwk} Jwk @typedef {import("./jwks.js").JwkSet} JwkSet */
/** @typedef {import("./keys.js").P256PublicKey} P256PublicKey */

export const RECEIPT = "SSCT-receipt";
export const TREE_HEAD = "SSCT-sth";
export const PERIMETER = "SSCT-perimeter";
export const COUNTERSTAMP = "SSCT-counterstamp";
const LONGEST = 524_288; // of any kind, so that a long object of another kind is still called that
const MOST_DEPTH = 8;

/**
 * Take an object of a node's apart, believing nothing.
 *
 * @param {string} text
 * @param {string} typ
 * @param {number} longest - characters
 * @returns {Jws}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED
 */
export function byNode(text, typ, longest) {
  demandType(text, typ);
  try {
    return jws.parse(text, { longest });
  } catch (problem) {
    throw shapeless(typ, problem);
  }
}

/**
 * Take an object of a brand's apart, believing nothing.
 *
 * @param {string} text
 * @param {string} typ
 * @param {number} longest - characters
 * @returns {Promise<{ jws: Jws, key: P256PublicKey }>}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, BRAND_KEY_MISMATCH
 */
export async function byBrand(text, typ, longest) {
  demandType(text, typ);
  try {
    return await jws.parseWithJwk(text, { longest });
  } catch (problem) {
    if (problem instanceof Failure && problem.code === "KEY_ID_MISMATCH") {
      throw unverified("BRAND_KEY_MISMATCH", "kid is the thumbprint of the key beside it");
    }
    throw shapeless(typ, problem);
  }
}

/**
 * The payload, which is canonical JSON and nothing else.
 *
 * @param {Jws} parts
 * @param {string} code - of a failure
 * @returns {Json}
 */
export function payloadOf(parts, code) {
  let value;
  try {
    value = load(parts.payload, { maxDepth: MOST_DEPTH, exact: true });
    if (same(dump(value), parts.payload)) return value;
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    throw malformed(code, `the payload is canonical JSON: ${problem.detail}`);
  }
  throw malformed(code, "the payload is its canonical octets (RFC 8785), none other");
}

/**
 * Check an object's signature by the key that its header names.
 *
 * @param {Jws} parts
 * @param {JwkSet} keys - all keys of the node, pinned by the verifier
 * @returns {Promise<Jwk>} the key, whatever its standing
 * @throws {Failure} KEY_UNKNOWN, SIGNATURE_FALSE
 */
export async function verifyByNode(parts, keys) {
  const key = keys.get(parts.kid ?? "");
  if (key === undefined) throw unknownKey();
  await verifyByBrand(parts, key.key);
  return key;
}

/** @param {Jws} parts @param {P256PublicKey} key @throws {Failure} SIGNATURE_FALSE */
export async function verifyByBrand(parts, key) {
  try {
    await jws.verify(parts, key);
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    throw unverified("SIGNATURE_FALSE", "the signature does not hold");
  }
}

export const unknownKey = () => unverified("KEY_UNKNOWN", "the pinned keys have none of that id");

/** The type that a compact object states; null for what is none. @param {string} text @returns {string | null} */
export function statedType(text) {
  try {
    return jws.statedType(text, { longest: LONGEST });
  } catch (problem) {
    if (problem instanceof Failure) return null;
    throw problem;
  }
}

/** @param {string} text @param {string} typ */
function demandType(text, typ) {
  let stated;
  try {
    stated = jws.statedType(text, { longest: LONGEST });
  } catch (problem) {
    throw shapeless(typ, problem);
  }
  if (stated !== typ) throw malformed("TYPE_MISMATCH", `an object of the type ${typ} is expected`);
}

/** @param {string} typ @param {unknown} problem @returns {unknown} */
function shapeless(typ, problem) {
  return problem instanceof Failure ? malformed("SIGNED_OBJECT_MALFORMED", `no ${typ}: ${problem.detail}`) : problem;
}
