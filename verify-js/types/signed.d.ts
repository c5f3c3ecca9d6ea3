/**
 * Take an object of a node's apart, believing nothing.
 *
 * @param {string} text
 * @param {string} typ
 * @param {number} longest - characters
 * @returns {Jws}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED
 */
export function byNode(text: string, typ: string, longest: number): Jws;
/**
 * Take an object of a brand's apart, believing nothing.
 *
 * @param {string} text
 * @param {string} typ
 * @param {number} longest - characters
 * @returns {Promise<{ jws: Jws, key: P256PublicKey }>}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, BRAND_KEY_MISMATCH
 */
export function byBrand(text: string, typ: string, longest: number): Promise<{
    jws: Jws;
    key: P256PublicKey;
}>;
/**
 * The payload, which is canonical JSON and nothing else.
 *
 * @param {Jws} parts
 * @param {string} code - of a failure
 * @returns {Json}
 */
export function payloadOf(parts: Jws, code: string): Json;
/**
 * Check an object's signature by the key that its header names.
 *
 * @param {Jws} parts
 * @param {JwkSet} keys - all keys of the node, pinned by the verifier
 * @returns {Promise<Jwk>} the key, whatever its standing
 * @throws {Failure} KEY_UNKNOWN, SIGNATURE_FALSE
 */
export function verifyByNode(parts: Jws, keys: JwkSet): Promise<Jwk>;
/** @param {Jws} parts @param {P256PublicKey} key @throws {Failure} SIGNATURE_FALSE */
export function verifyByBrand(parts: Jws, key: P256PublicKey): Promise<void>;
/** The type that a compact object states; null for what is none. @param {string} text @returns {string | null} */
export function statedType(text: string): string | null;
/** @typedef {import("./json.js").Json} Json @typedef {import("./jws.js").Jws} Jws */
/** @typedef {import("./jwks.js").Jwk} Jwk @typedef {import("./jwks.js").JwkSet} JwkSet */
/** @typedef {import("./keys.js").P256PublicKey} P256PublicKey */
export const RECEIPT: "SSCT-receipt";
export const TREE_HEAD: "SSCT-sth";
export const PERIMETER: "SSCT-perimeter";
export const COUNTERSTAMP: "SSCT-counterstamp";
export function unknownKey(): Failure;
export type Json = import("./json.js").Json;
export type Jws = import("./jws.js").Jws;
export type Jwk = import("./jwks.js").Jwk;
export type JwkSet = import("./jwks.js").JwkSet;
export type P256PublicKey = import("./keys.js").P256PublicKey;
import { Failure } from "./failure.js";
