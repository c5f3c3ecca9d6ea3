/**
 * The one strict way in for JSON that somebody signed (RFC 8259, RFC 7493), and its canonical form (RFC 8785).
 *
 * `load` refuses what different readers would read differently: duplicate names, numbers beyond a double, lone
 * surrogates, octets that are not UTF-8, a byte order mark, and anything after the value. Integers beyond ±(2^53-1)
 * are loaded as BigInt, so that a caller may say what is wrong with them, and are never dumped.
 */

import { malformed } from "./failure.js";
import { textOf, utf8 } from "./octets.js";

/** @typedef {{ [name: string]: Json }} JsonObject */
/** @typedef {null | boolean | number | bigint | string | any[] | { [name: string]: Json }} Json */ // lists of Json

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
const MOST_DIGITS = 309; // the largest double has 309 digits; a longer integer is none
/** @type {Record<string, string>} */
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
/** @type {[string, Json][]} */
const WORDS = [["null", null], ["true", true], ["false", false]];

/**
 * Parse one JSON text strictly.
 *
 * @param {Uint8Array} octets
 * @param {{ maxBytes?: number, maxDepth?: number, exact?: boolean }} [options] - exact: a number that is written with
 *   a fraction or an exponent is never taken for an integer, whatever its value; it is loaded as NaN if it is one
 * @returns {Json} objects have no prototype
 * @throws {import("./failure.js").Failure} a `JSON_…` code
 */
export function load(octets, { maxBytes = 1_048_576, maxDepth = 64, exact = false } = {}) {
  if (octets.length > maxBytes) throw malformed("JSON_TOO_LARGE", `a JSON text of at most ${maxBytes} octets`);
  if (octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf) {
    throw malformed("JSON_BYTE_ORDER_MARK", "a JSON text without a byte order mark");
  }
  const text = textOf(octets);
  refuseDepth(octets, maxDepth);
  if (text === null) throw malformed("JSON_NOT_UTF8", "a JSON text in UTF-8");
  return new Reader(text, exact).whole();
}

/** @param {Json} value @returns {value is JsonObject} */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Brackets outside strings are counted first, so that too deep a text has that code whatever else is wrong with it.
 *
 * @param {Uint8Array} octets
 * @param {number} maxDepth
 */
function refuseDepth(octets, maxDepth) {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < octets.length; at += 1) {
    const octet = octets[at];
    if (inString) {
      if (octet === 0x5c) at += 1;
      else if (octet === 0x22) inString = false;
    } else if (octet === 0x22) inString = true;
    else if (octet === 0x5b || octet === 0x7b) depth += 1;
    else if (octet === 0x5d || octet === 0x7d) depth -= 1;
    if (depth > maxDepth) throw malformed("JSON_TOO_DEEP", `at most ${maxDepth} arrays and objects open at once`);
  }
}

/** Reads one text; the depth is known to be small. */
class Reader {
  /** @param {string} text @param {boolean} exact */
  constructor(text, exact) {
    this.text = text;
    this.exact = exact;
    this.at = 0;
  }

  whole() {
    this.space();
    const value = this.value();
    this.space();
    if (this.at < this.text.length) throw malformed("JSON_TRAILING_BYTES", "nothing after the JSON value");
    return value;
  }

  /** @returns {Json} */
  value() {
    const first = this.text[this.at];
    if (first === "{") return this.object();
    if (first === "[") return this.array();
    if (first === '"') return this.string();
    for (const [word, meaning] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return meaning;
      }
    }
    for (const word of ["NaN", "Infinity", "-Infinity"]) {
      if (this.text.startsWith(word, this.at)) throw malformed("JSON_NUMBER_NOT_FINITE", `${word} is not JSON`);
    }
    return this.number();
  }

  /** @returns {number | bigint} */
  number() {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text);
    if (found === null) throw this.syntax();
    this.at = NUMBER.lastIndex;
    const [digits, fraction, exponent] = found;
    const number = Number(digits);
    if (fraction === undefined && exponent === undefined) {
      if (digits.length > MOST_DIGITS) {
        throw malformed("JSON_INTEGER_RANGE", `an integer of at most ${MOST_DIGITS} digits`);
      }
      return Number.isSafeInteger(number) ? number + 0 : BigInt(digits);
    }
    if (!Number.isFinite(number)) throw malformed("JSON_NUMBER_NOT_FINITE", "a number that a double can hold");
    return this.exact && Number.isInteger(number) ? Number.NaN : number;
  }

  /** @returns {string} */
  string() {
    let text = "";
    this.at += 1;
    for (;;) {
      PLAIN.lastIndex = this.at;
      const [plain] = /** @type {RegExpExecArray} */ (PLAIN.exec(this.text));
      text += plain;
      this.at += plain.length;
      const next = this.text[this.at];
      if (next === '"') break;
      if (next !== "\\") throw this.syntax();
      text += this.escape();
    }
    this.at += 1;
    if (!text.isWellFormed()) throw malformed("JSON_LONE_SURROGATE", "text without lone surrogates");
    return text;
  }

  /** @returns {string} */
  escape() {
    const letter = this.text[this.at + 1];
    if (letter === "u") {
      const digits = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9A-Fa-f]{4}$/.test(digits)) throw this.syntax();
      this.at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    if (!Object.hasOwn(ESCAPES, letter ?? "")) throw this.syntax();
    this.at += 2;
    return ESCAPES[letter];
  }

  /** @returns {Json[]} */
  array() {
    /** @type {Json[]} */
    const members = [];
    this.at += 1;
    this.space();
    if (this.took("]")) return members;
    for (;;) {
      this.space();
      members.push(this.value());
      this.space();
      if (this.took("]")) return members;
      if (!this.took(",")) throw this.syntax();
    }
  }

  /** @returns {JsonObject} */
  object() {
    /** @type {JsonObject} */
    const members = Object.create(null);
    this.at += 1;
    this.space();
    if (this.took("}")) return members;
    let twice = false;
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') throw this.syntax();
      const name = this.string();
      this.space();
      if (!this.took(":")) throw this.syntax();
      this.space();
      twice ||= Object.hasOwn(members, name);
      members[name] = this.value();
      this.space();
      if (this.took("}")) break;
      if (!this.took(",")) throw this.syntax();
    }
    if (twice) throw malformed("JSON_DUPLICATE_KEY", "each member name once");
    return members;
  }

  /** @param {string} sign */
  took(sign) {
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  space() {
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    this.at = SPACE.lastIndex;
  }

  syntax() {
    return malformed("JSON_SYNTAX", `no JSON at character ${this.at}`);
  }
}

/**
 * The canonical form of a value (RFC 8785).
 *
 * @param {Json} value
 * @returns {Uint8Array} UTF-8, the same for equal values everywhere
 * @throws {import("./failure.js").Failure} JSON_INTEGER_RANGE, JSON_NUMBER_NOT_FINITE, JSON_LONE_SURROGATE, JSON_TOO_DEEP
 */
export const dump = (value) => utf8(canonical(value, 64));

/** @param {Json} value @param {number} room @returns {string} */
function canonical(value, room) {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "bigint") throw malformed("JSON_INTEGER_RANGE", "an integer within ±(2^53-1)");
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw malformed("JSON_NUMBER_NOT_FINITE", "a finite number");
    return String(value);  // ECMAScript's own rule is the rule of RFC 8785 §3.2.2.3; -0 is written 0
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (room === 0) throw malformed("JSON_TOO_DEEP", "at most 64 arrays and objects open at once");
  if (Array.isArray(value)) return `[${value.map((member) => canonical(member, room - 1)).join(",")}]`;
  const names = Object.keys(value).sort(); // by UTF-16 code units, as RFC 8785 §3.2.3 asks
  return `{${names.map((name) => `${quoted(name)}:${canonical(value[name], room - 1)}`).join(",")}}`;
}

/** @param {string} text */
function quoted(text) {
  if (!text.isWellFormed()) throw malformed("JSON_LONE_SURROGATE", "text without lone surrogates");
  return JSON.stringify(text);
}
