/**
 * Take a token apart, believing nothing.
 *
 * @param {string} text
 * @returns {{ claims: Claims, parts: jws.Jws }}
 * @throws {Failure} TOKEN_TOO_LARGE, TOKEN_MALFORMED, ALGORITHM_REFUSED, TYPE_MISMATCH
 */
export function parseToken(text: string): {
    claims: Claims;
    parts: jws.Jws;
};
/**
 * Find the key of the issuer that a token is signed with; its `kid`, if it has one, says where to begin.
 *
 * @param {jws.Jws} parts
 * @param {import("./jwks.js").JwkSet} keys - all keys of the issuing node, pinned by the verifier
 * @returns {Promise<import("./jwks.js").Jwk>} the key, whatever its standing
 * @throws {Failure} KEY_UNKNOWN, SIGNATURE_FALSE
 */
export function signerOf(parts: jws.Jws, keys: import("./jwks.js").JwkSet): Promise<import("./jwks.js").Jwk>;
/**
 * @param {Claims} claims
 * @param {number} nowS
 * @param {number} [skewS]
 * @throws TOKEN_EXPIRED, TOKEN_NOT_YET_VALID
 */
export function verifyTime(claims: Claims, nowS: number, skewS?: number): void;
/**
 * Exactly this domain, none above or below it.
 *
 * @param {Claims} claims
 * @param {string} domain
 * @throws DOMAIN_MISMATCH
 */
export function verifyDomain(claims: Claims, domain: string): void;
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
export function verifyToken(text: string, keys: import("./jwks.js").JwkSet, nowS: number, skewS?: number): Promise<{
    claims: Claims;
    key: import("./jwks.js").Jwk;
}>;
export const SKEW_S: 300;
export type Claims = {
    stampId: string;
    /**
     * - lower-case A-labels
     */
    domain: string;
    /**
     * - seconds
     */
    exp: number;
    /**
     * - empty if not told
     */
    orgId: string;
    /**
     * - at issuance, never the live one
     */
    score: number | null;
    /**
     * - seconds; the issuer's claim, no proof of time
     */
    iat: number | null;
    /**
     * - empty if not told
     */
    iss: string;
};
import * as jws from "./jws.js";
