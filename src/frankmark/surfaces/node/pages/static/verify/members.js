/** A JSON object read strictly: each member once, by its type, and none left over (RFC 8259, closed schemas). */

import { Failure, malformed } from "./failure.js";
import { isObject } from "./json.js";

/** @typedef {import("./json.js").Json} Json */

/** The members of one object that have not been read yet. */
export class Members {
  /**
   * @param {Json} value - as `load` gives it
   * @param {string} what - for the sentence of a failure
   * @param {string} code - of every failure
   */
  constructor(value, what, code) {
    this.what = what;
    this.code = code;
    if (!isObject(value)) throw this.fault("is a JSON object");
    /** @type {Map<string, Json>} */
    this.left = new Map(Object.entries(value));
  }

  /** @param {string} sentence @returns {Failure} */
  fault(sentence) {
    return malformed(this.code, `${this.what} ${sentence}`);
  }

  /** Whether a member is there and not yet read. @param {string} name */
  has(name) {
    return this.left.has(name);
  }

  /** A member of any type. @param {string} name @returns {Json} */
  take(name) {
    const value = this.left.get(name);
    if (value === undefined) throw this.fault(`has a member ${name}`);
    this.left.delete(name);
    return value;
  }

  /** @param {string} name @returns {string} */
  text(name) {
    const value = this.take(name);
    if (typeof value !== "string") throw this.fault(`has a string ${name}`);
    return value;
  }

  /** An integer; what is beyond ±(2^53-1) has been refused before. @param {string} name @returns {number} */
  number(name) {
    const value = this.take(name);
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw this.fault(`has an integer ${name}`);
    return value;
  }

  /**
   * One word out of a closed list.
   *
   * @template {string} Word
   * @param {string} name
   * @param {readonly Word[]} words
   * @returns {Word}
   */
  word(name, words) {
    const value = this.take(name);
    const word = words.find((one) => one === value);
    if (word === undefined) throw this.fault(`has ${name} out of ${words.join(", ")}`);
    return word;
  }

  /**
   * One word out of a closed list, or null.
   *
   * @template {string} Word
   * @param {string} name
   * @param {readonly Word[]} words
   * @returns {Word | null}
   */
  wordOrNull(name, words) {
    if (this.left.get(name) !== null) return this.word(name, words);
    this.left.delete(name);
    return null;
  }

  /** An array of at most so many elements. @param {string} name @param {number} most @returns {Json[]} */
  list(name, most) {
    const value = this.take(name);
    if (!Array.isArray(value) || value.length > most) {
      throw this.fault(`has an array ${name} of at most ${most} elements`);
    }
    return value;
  }

  /** An object, strictly too. @param {string} name @returns {Members} */
  object(name) {
    return new Members(this.take(name), `${name} of ${this.what}`, this.code);
  }

  /** An object, strictly too, or null. @param {string} name @returns {Members | null} */
  objectOrNull(name) {
    const value = this.take(name);
    return value === null ? null : new Members(value, `${name} of ${this.what}`, this.code);
  }

  /** Nothing is left over. */
  end() {
    if (this.left.size > 0) {
      throw this.fault(`has no members besides the known ones, and here are ${[...this.left.keys()].sort().join(", ")}`);
    }
  }
}
