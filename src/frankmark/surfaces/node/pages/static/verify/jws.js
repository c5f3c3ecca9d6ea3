/**
 * JSON Web Signatures in compact form (RFC 7515) with one algorithm, ES256.
 *
 * `parse` proves nothing; `verify` does. A document that carries its key (`jwk`) says with whom to compare, never whom
 * to believe.
 */

import { malformed } from "./failure.js";
import { isObject, load } from "./json.js";
import { P256PublicKey } from "./keys.js";
import { fromBase64url, utf8 } from "./octets.js";

/**
 * @typedef {object} Jws
 * @property {string | null} kid
 * @property {string | null} typ
 * @property {Uint8Array} payload
 * @property {Uint8Array} signature - 64 octets R ‖ S
 * @property {Uint8Array} signed - what is signed: the first two segments
 */

export const LONGEST = 8192;
const LONGEST_HEADER = 1024;
const REFUSED = ["b64", "crit", "jku", "jwk", "x5c", "x5u", "zip"];

/**
 * Take a token apart without believing it.
 *
 * @param {string} token
 * @param {{ longest?: number }} [limits]
 * @returns {Jws}
 * @throws {import("./failure.js").Failure} JWS_TOO_LARGE, JWS_SEGMENTS, JWS_HEADER, JWS_HEADER_REFUSED, JWS_ALGORITHM,
 *   SIGNATURE_LENGTH, BASE64URL_INVALID, `JSON_…`
 */
export function parse(token, { longest = LONGEST } = {}) {
  const segments = segmentsOf(token, longest);
  const members = headerOf(segments[0]);
  if (REFUSED.some((name) => Object.hasOwn(members, name))) {
    throw malformed("JWS_HEADER_REFUSED", `a header without ${REFUSED.join(", ")}`);
  }
  demandAlgorithm(members);
  for (const name of ["kid", "typ"]) {
    if (!["string", "undefined"].includes(typeof members[name]) && members[name] !== null) {
      throw malformed("JWS_HEADER", "kid and typ as strings");
    }
  }
  return jwsOf(segments, textIn(members, "kid"), textIn(members, "typ"));
}

/**
 * Take a document apart that carries its key: the header is exactly alg, jwk, kid and typ.
 *
 * @param {string} token
 * @param {{ longest?: number }} [limits]
 * @returns {Promise<{ jws: Jws, key: P256PublicKey }>}
 * @throws {import("./failure.js").Failure} as `parse`; KEY_ID_MISMATCH unless the kid is the key's thumbprint; `KEY_…`
 */
export async function parseWithJwk(token, { longest = LONGEST } = {}) {
  const segments = segmentsOf(token, longest);
  const members = headerOf(segments[0]);
  demandAlgorithm(members);
  const { jwk, kid, typ } = members;
  if (namesOf(members) !== "alg,jwk,kid,typ" || !isObject(jwk) || namesOf(jwk) !== "crv,kty,x,y") {
    throw malformed("JWS_HEADER", "exactly alg, jwk, kid and typ, the key as crv, kty, x and y");
  }
  if (typeof kid !== "string" || typeof typ !== "string") throw malformed("JWS_HEADER", "kid and typ as strings");
  const key = await P256PublicKey.fromJwk(jwk);
  if (kid !== key.thumbprint) {
    throw malformed("KEY_ID_MISMATCH", "a kid that is the thumbprint of the key beside it");
  }
  return { jws: jwsOf(segments, kid, typ), key };
}

/**
 * The type that a token states, before anything else about it is judged.
 *
 * @param {string} token
 * @param {{ longest?: number }} [limits]
 * @returns {string | null}
 */
export function statedType(token, { longest = LONGEST } = {}) {
  return textIn(headerOf(segmentsOf(token, longest)[0]), "typ");
}

/** @param {Jws} jws @param {P256PublicKey} key - trusted for what the token claims @throws SIGNATURE_INVALID */
export const verify = (jws, key) => key.verify(jws.signature, jws.signed);

/** @param {import("./json.js").JsonObject} members */
const namesOf = (members) => Object.keys(members).sort().join(",");

/** @param {import("./json.js").JsonObject} members @param {string} name @returns {string | null} */
function textIn(members, name) {
  const value = members[name];
  return typeof value === "string" ? value : null;
}

/** @param {import("./json.js").JsonObject} members */
function demandAlgorithm(members) {
  if (members.alg !== "ES256") throw malformed("JWS_ALGORITHM", "the algorithm ES256");
}

/** @param {string} token @param {number} longest @returns {string[]} */
function segmentsOf(token, longest) {
  if (token.length > longest) throw malformed("JWS_TOO_LARGE", `a token of at most ${longest} characters`);
  const segments = token.split(".");
  if (segments.length !== 3 || segments.includes("")) {
    throw malformed("JWS_SEGMENTS", "three segments with dots between, none of them empty");
  }
  return segments;
}

/** @param {string} segment @returns {import("./json.js").JsonObject} */
function headerOf(segment) {
  if (segment.length > LONGEST_HEADER) throw malformed("JWS_HEADER", "a header of at most 1024 characters");
  const members = load(fromBase64url(segment), { maxDepth: 4 });
  if (!isObject(members)) throw malformed("JWS_HEADER", "a JSON object as header");
  return members;
}

/** @param {string[]} segments @param {string | null} kid @param {string | null} typ @returns {Jws} */
function jwsOf([head, body, seal], kid, typ) {
  const payload = fromBase64url(body);
  const signature = fromBase64url(seal);
  if (signature.length !== 64) throw malformed("SIGNATURE_LENGTH", "a signature of 64 octets R ‖ S");
  return { kid, typ, payload, signature, signed: utf8(`${head}.${body}`) };
}
