/**
 * The text that octets stand for.
 *
 * @param {Uint8Array} octets
 * @returns {string | null} null unless they are UTF-8
 */
export function textOf(octets: Uint8Array): string | null;
/** One array after the other. @param {...Uint8Array} parts @returns {Uint8Array} */
export function joined(...parts: Uint8Array[]): Uint8Array;
/** Strict lower-case hexadecimal. @param {string} text @returns {Uint8Array} @throws HEX_INVALID */
export function fromHex(text: string): Uint8Array;
/** Strict base64url without padding. @param {string} text @returns {Uint8Array} @throws BASE64URL_INVALID */
export function fromBase64url(text: string): Uint8Array;
/** Base64 with padding. @param {Uint8Array} octets @returns {string} */
export function base64(octets: Uint8Array): string;
/** Strict base64 with padding. @param {string} text @returns {Uint8Array} @throws BASE64_INVALID */
export function fromBase64(text: string): Uint8Array;
export function utf8(text: string): Uint8Array;
export function same(a: Uint8Array, b: Uint8Array): boolean;
export function hex(octets: Uint8Array): string;
export function base64url(octets: Uint8Array): string;
