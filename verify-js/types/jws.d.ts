/**
 * Take a token apart without believing it.
 *
 * @param {string} token
 * @param {{ longest?: number }} [limits]
 * @returns {Jws}
 * @throws {import("./failure.js").Failure} JWS_TOO_LARGE, JWS_SEGMENTS, JWS_HEADER, JWS_HEADER_REFUSED, JWS_ALGORITHM,
 *   SIGNATURE_LENGTH, BASE64URL_INVALID, `JSON_…`
 */
export function parse(token: string, { longest }?: {
    longest?: number;
}): Jws;
/**
 * Take a document apart that carries its key: the header is exactly alg, jwk, kid and typ.
 *
 * @param {string} token
 * @param {{ longest?: number }} [limits]
 * @returns {Promise<{ jws: Jws, key: P256PublicKey }>}
 * @throws {import("./failure.js").Failure} as `parse`; KEY_ID_MISMATCH unless the kid is the key's thumbprint; `KEY_…`
 */
export function parseWithJwk(token: string, { longest }?: {
    longest?: number;
}): Promise<{
    jws: Jws;
    key: P256PublicKey;
}>;
/**
 * The type that a token states, before anything else about it is judged.
 *
 * @param {string} token
 * @param {{ longest?: number }} [limits]
 * @returns {string | null}
 */
export function statedType(token: string, { longest }?: {
    longest?: number;
}): string | null;
/**
 * @typedef {object} Jws
 * @property {string | null} kid
 * @property {string | null} typ
 * @property {Uint8Array} payload
 * @property {Uint8Array} signature - 64 octets R ‖ S
 * @property {Uint8Array} signed - what is signed: the first two segments
 */
export const LONGEST: 8192;
export function verify(jws: Jws, key: P256PublicKey): Promise<void>;
export type Jws = {
    kid: string | null;
    typ: string | null;
    payload: Uint8Array;
    /**
     * - 64 octets R ‖ S
     */
    signature: Uint8Array;
    /**
     * - what is signed: the first two segments
     */
    signed: Uint8Array;
};
import { P256PublicKey } from "./keys.js";
