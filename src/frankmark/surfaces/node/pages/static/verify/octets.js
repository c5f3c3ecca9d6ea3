/**
 * Octets and their texts: one spelling each (RFC 4648, in lower case for hexadecimal), and UTF-8 without
 * repair.
 */

import { malformed } from "./failure.js";

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param {string} alphabet */
const valuesOf = (alphabet) => new Map([...alphabet].map((letter, value) => [letter, value]));
const VALUES = { base64: valuesOf(BASE64), base64url: valuesOf(BASE64URL) };

/** UTF-8 of a text. @param {string} text @returns {Uint8Array} */
export const utf8 = (text) => ENCODER.encode(text);

/**
 * The text that octets stand for.
 *
 * @param {Uint8Array} octets
 * @returns {string | null} null unless they are UTF-8
 */
export function textOf(octets) {
  try {
    return DECODER.decode(octets);
  } catch {
    return null;
  }
}

/** One array after the other. @param {...Uint8Array} parts @returns {Uint8Array} */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether two arrays hold the same octets; for public values. @param {Uint8Array} a @param {Uint8Array} b */
export const same = (a, b) => a.length === b.length && a.every((octet, at) => octet === b[at]);

/** Lower-case hexadecimal. @param {Uint8Array} octets @returns {string} */
export const hex = (octets) => Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");

/** Strict lower-case hexadecimal. @param {string} text @returns {Uint8Array} @throws HEX_INVALID */
export function fromHex(text) {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) {
    throw malformed("HEX_INVALID", "lower-case hexadecimal, two digits an octet");
  }
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/**
 * @param {Uint8Array} octets
 * @param {string} alphabet
 */
function encoded(octets, alphabet) {
  let text = "";
  for (let at = 0; at < octets.length; at += 3) {
    const [a, b = 0, c = 0] = octets.subarray(at, at + 3);
    const group = (a << 16) | (b << 8) | c;
    const letters = Math.min(octets.length - at, 3) + 1;
    for (let place = 0; place < letters; place += 1) text += alphabet[(group >> (18 - 6 * place)) & 63];
  }
  return text;
}

/**
 * @param {string} text - without padding
 * @param {Map<string, number>} values
 * @returns {Uint8Array | null} null unless every letter is known and the trailing bits are zero
 */
function decoded(text, values) {
  if (text.length % 4 === 1) return null;
  const octets = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = values.get(letter);
    if (value === undefined) return null;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      octets[at] = (bits >> held) & 0xff;
      at += 1;
    }
  }
  return (bits & ((1 << held) - 1)) === 0 ? octets : null;
}

/** Base64url without padding. @param {Uint8Array} octets @returns {string} */
export const base64url = (octets) => encoded(octets, BASE64URL);

/** Strict base64url without padding. @param {string} text @returns {Uint8Array} @throws BASE64URL_INVALID */
export function fromBase64url(text) {
  const octets = decoded(text, VALUES.base64url);
  if (octets === null) throw malformed("BASE64URL_INVALID", "base64url without padding and with zero trailing bits");
  return octets;
}

/** Base64 with padding. @param {Uint8Array} octets @returns {string} */
export function base64(octets) {
  const text = encoded(octets, BASE64);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** Strict base64 with padding. @param {string} text @returns {Uint8Array} @throws BASE64_INVALID */
export function fromBase64(text) {
  const bare = text.replace(/={1,2}$/, "");
  const octets = text.length % 4 === 0 ? decoded(bare, VALUES.base64) : null;
  if (octets === null || base64(octets) !== text) {
    throw malformed("BASE64_INVALID", "base64 with padding, without white space, zero trailing bits");
  }
  return octets;
}
