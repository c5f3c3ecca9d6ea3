/**
 * TOML as far as a trust file needs it: tables, strings, whole numbers and lists of strings; all else is
 * refused.
 */

import { malformed } from "./failure.js";

/** @typedef {string | number | string[]} Value @typedef {Map<string, Map<string, Value>>} Tables */

const CONTROLS = "\\u0000-\\u0008\\u000a-\\u001f\\u007f";
const ESCAPE = '\\\\(?:["\\\\bfnrt]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})';
const BASIC = new RegExp(`"(?:[^"\\\\${CONTROLS}]|${ESCAPE})*"`, "y");
const LITERAL = new RegExp(`'[^'${CONTROLS}]*'`, "y");
const BARE = /[A-Za-z0-9_-]+/y;
const NUMBER = /(?:0|[1-9][0-9]{0,14})(?![0-9_.eEx:-])/y;
const SPACE = /[ \t]*/y;
const GAP = /(?:[ \t\r\n]|#[^\r\n]*)*/y; // what may stand between the members of a list
/** @type {Record<string, string>} */
const ESCAPES = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

/**
 * @param {string} text
 * @returns {Map<string, Tables>} tables by the two parts of their names, as `issuer` and `https://mark.example.org`
 * @throws {import("./failure.js").Failure} TRUST_FILE_INVALID
 */
export const parseToml = (text) => new Reader(text).file();

/** Reads one file. */
class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  file() {
    /** @type {Map<string, Tables>} */
    const kinds = new Map();
    /** @type {Map<string, Value> | null} */
    let table = null;
    for (;;) {
      this.take(GAP);
      if (this.at >= this.text.length) return kinds;
      if (this.took("[")) table = this.header(kinds);
      else this.pair(table);
      this.take(SPACE);
      if (!/^(?:#[^\r\n]*)?(?:\r?\n|$)/.test(this.text.slice(this.at))) throw this.wrong("one thing a line");
    }
  }

  /** @param {Map<string, Tables>} kinds @returns {Map<string, Value>} */
  header(kinds) {
    const kind = this.key();
    if (!this.took(".")) throw this.wrong("a table is named by two keys");
    const name = this.key();
    if (!this.took("]")) throw this.wrong("a table's name ends in ]");
    /** @type {Tables} */
    const tables = kinds.get(kind) ?? new Map();
    kinds.set(kind, tables);
    if (tables.has(name)) throw this.wrong("each table once");
    /** @type {Map<string, Value>} */
    const table = new Map();
    tables.set(name, table);
    return table;
  }

  /** @param {Map<string, Value> | null} table */
  pair(table) {
    const name = this.key();
    if (table === null || !this.took("=") || table.has(name)) throw this.wrong("each key once, in a table, with a value");
    table.set(name, this.value());
  }

  /** @returns {string} */
  key() {
    this.take(SPACE);
    const key = this.take(BARE) ?? this.string();
    this.take(SPACE);
    return key;
  }

  /** @returns {Value} */
  value() {
    this.take(SPACE);
    if (this.took("[")) return this.list();
    const digits = this.take(NUMBER);
    return digits === null ? this.string() : Number(digits);
  }

  /** @returns {string[]} */
  list() {
    /** @type {string[]} */
    const members = [];
    for (;;) {
      this.take(GAP);
      if (this.took("]")) return members;
      members.push(this.string());
      this.take(GAP);
      if (this.took("]")) return members;
      if (!this.took(",")) throw this.wrong("a list of strings with commas between");
    }
  }

  /** @returns {string} */
  string() {
    if (/^(?:"""|''')/.test(this.text.slice(this.at, this.at + 3))) throw this.wrong("strings of one line");
    const literal = this.take(LITERAL);
    if (literal !== null) return literal.slice(1, -1);
    const basic = this.take(BASIC);
    if (basic === null) throw this.wrong("a string");
    const text = basic.slice(1, -1).replace(/\\(u[^]{4}|U[^]{8}|[^])/g, (_whole, escape) => this.escaped(escape));
    return text;
  }

  /** @param {string} escape */
  escaped(escape) {
    if (escape.length === 1) return ESCAPES[escape];
    const code = Number.parseInt(escape.slice(1), 16);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw this.wrong("an escape names a character");
    return String.fromCodePoint(code);
  }

  /** @param {RegExp} form - sticky @returns {string | null} */
  take(form) {
    form.lastIndex = this.at;
    const found = form.exec(this.text);
    if (found === null) return null;
    this.at = form.lastIndex;
    return found[0];
  }

  /** @param {string} sign */
  took(sign) {
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  /** @param {string} detail */
  wrong(detail) {
    const line = this.text.slice(0, this.at).split("\n").length;
    return malformed("TRUST_FILE_INVALID", `line ${line}: ${detail}`);
  }
}
