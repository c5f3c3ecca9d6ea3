/**
 * The stamp token (specs/stamp-token.md): a JSON Web Token under ES256, signed by the node that issued the
 * stamp.
 */

import { canonicalDomain } from "./domain.js";
import { Failure, malformed, renamed, unverified } from "./failure.js";
import { isObject, load } from "./json.js";
import * as jws from "./jws.js";

/**
 * @typedef {object} Claims
 * @property {string} stampId
 * @property {string} domain - lower-case A-labels
 * @property {number} exp - seconds
 * @property {string} orgId - empty if not told
 * @property {number | null} score - at issuance, never the live one
 * @property {number | null} iat - seconds; the issuer's claim, no proof of time
 * @property {string} iss - empty if not told
 */

const LONGEST = 4_096;
const LATEST_S = 253_402_300_799;
export const SKEW_S = 300;
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ORG = /^[A-Za-z0-9_-]{1,64}$/;
/** @type {Record<string, string>} */
const REFUSED = {
  JWS_TOO_LARGE: "TOKEN_TOO_LARGE",
  JWS_ALGORITHM: "ALGORITHM_REFUSED",
  JWS_HEADER_REFUSED: "ALGORITHM_REFUSED",
};
const OURS = new Set(["TOKEN_MALFORMED", "TYPE_MISMATCH"]);

/**
 * Take a token apart, believing nothing.
 *
 * @param {string} text
 * @returns {{ claims: Claims, parts: jws.Jws }}
 * @throws {Failure} TOKEN_TOO_LARGE, TOKEN_MALFORMED, ALGORITHM_REFUSED, TYPE_MISMATCH
 */
export function parseToken(text) {
  if (text.length > LONGEST) throw malformed("TOKEN_TOO_LARGE", `a stamp token of at most ${LONGEST} characters`);
  return renamed(
    () => {
      const parts = jws.parse(text);
      if (parts.typ !== "JWT" && parts.typ !== null) {
        throw malformed("TYPE_MISMATCH", "a stamp token has the type JWT, or none");
      }
      return { claims: claimsOf(parts.payload), parts };
    },
    (failure) =>
      OURS.has(failure.code)
        ? failure
        : malformed(REFUSED[failure.code] ?? "TOKEN_MALFORMED", `no token: ${failure.detail}`),
  );
}

/** @param {Uint8Array} payload @returns {Claims} */
function claimsOf(payload) {
  const members = load(payload, { maxBytes: LONGEST, maxDepth: 4, exact: true });
  if (!isObject(members) || !["stampId", "domain", "exp"].every((name) => Object.hasOwn(members, name))) {
    throw malformed("TYPE_MISMATCH", "a stamp token claims stampId, domain and exp");
  }
  const { stampId, domain, exp, orgId = "", iss = "", score = null, iat = null } = members;
  if (![stampId, domain, orgId, iss].every((value) => typeof value === "string")) {
    throw malformed("TOKEN_MALFORMED", "stampId, domain, orgId and iss are strings");
  }
  if (!UUID4.test(String(stampId))) {
    throw malformed("TOKEN_MALFORMED", "stampId is a UUID of version 4 in lower case");
  }
  if (orgId !== "" && !ORG.test(String(orgId))) {
    throw malformed("TOKEN_MALFORMED", "orgId is 1 to 64 letters, digits, _ and -");
  }
  if (!/^[ -~]*$/.test(String(iss))) throw malformed("TOKEN_MALFORMED", "iss is printable ASCII");
  const canonical = canonicalDomain(String(domain));
  if (canonical === null) throw malformed("TOKEN_MALFORMED", "domain is a domain name");
  return {
    stampId: String(stampId),
    domain: canonical,
    exp: whole(exp, LATEST_S),
    orgId: String(orgId),
    score: score === null ? null : whole(score, 100),
    iat: iat === null ? null : whole(iat, LATEST_S),
    iss: String(iss),
  };
}

/** @param {import("./json.js").Json} value @param {number} most @returns {number} */
function whole(value, most) {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || value > most) {
    throw malformed("TOKEN_MALFORMED", `score, iat and exp are whole numbers up to ${most}`);
  }
  return value;
}

/**
 * Find the key of the issuer that a token is signed with; its `kid`, if it has one, says where to begin.
 *
 * @param {jws.Jws} parts
 * @param {import("./jwks.js").JwkSet} keys - all keys of the issuing node, pinned by the verifier
 * @returns {Promise<import("./jwks.js").Jwk>} the key, whatever its standing
 * @throws {Failure} KEY_UNKNOWN, SIGNATURE_FALSE
 */
export async function signerOf(parts, keys) {
  const { kid } = parts;
  const named = kid === null ? undefined : keys.get(kid);
  if (kid !== null && named === undefined) throw unverified("KEY_UNKNOWN", "the issuer has no key of that id");
  const order = keys.inOrder();
  for (const key of named === undefined ? order : [named, ...order.filter((one) => one !== named)]) {
    if (await holds(parts, key)) return key;
  }
  throw unverified("SIGNATURE_FALSE", "the signature is false under every key of the issuer");
}

/** @param {jws.Jws} parts @param {import("./jwks.js").Jwk} key */
async function holds(parts, key) {
  try {
    await jws.verify(parts, key.key);
    return true;
  } catch (problem) {
    if (problem instanceof Failure) return false;
    throw problem;
  }
}

/**
 * @param {Claims} claims
 * @param {number} nowS
 * @param {number} [skewS]
 * @throws TOKEN_EXPIRED, TOKEN_NOT_YET_VALID
 */
export function verifyTime(claims, nowS, skewS = SKEW_S) {
  if (nowS >= claims.exp + skewS) throw unverified("TOKEN_EXPIRED", "the token has expired");
  if (claims.iat !== null && claims.iat > nowS + skewS) {
    throw unverified("TOKEN_NOT_YET_VALID", "the token is issued in the future");
  }
}

/**
 * Exactly this domain, none above or below it.
 *
 * @param {Claims} claims
 * @param {string} domain
 * @throws DOMAIN_MISMATCH
 */
export function verifyDomain(claims, domain) {
  if (canonicalDomain(domain) !== claims.domain) {
    throw unverified("DOMAIN_MISMATCH", `the token is for ${claims.domain}`);
  }
}

/**
 * Verify a token: form, signature, the key's standing, time.
 *
 * @param {string} text
 * @param {import("./jwks.js").JwkSet} keys - all keys of the issuing node, pinned by the verifier
 * @param {number} nowS
 * @param {number} [skewS]
 * @returns {Promise<{ claims: Claims, key: import("./jwks.js").Jwk }>}
 * @throws {Failure} as `parseToken`; KEY_UNKNOWN, SIGNATURE_FALSE, KEY_COMPROMISED, KEY_RETIRED, TOKEN_EXPIRED,
 *   TOKEN_NOT_YET_VALID
 */
export async function verifyToken(text, keys, nowS, skewS = SKEW_S) {
  const { claims, parts } = parseToken(text);
  const key = await signerOf(parts, keys);
  if (key.status === "compromised") {
    throw unverified("KEY_COMPROMISED", "the key that signed the token is compromised");
  }
  if (key.status === "retired") {
    throw unverified("KEY_RETIRED", "the key that signed the token is retired: the token is to be renewed");
  }
  verifyTime(claims, nowS, skewS);
  return { claims, key };
}
