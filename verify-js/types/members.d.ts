/** @typedef {import("./json.js").Json} Json */
/** The members of one object that have not been read yet. */
export class Members {
    /**
     * @param {Json} value - as `load` gives it
     * @param {string} what - for the sentence of a failure
     * @param {string} code - of every failure
     */
    constructor(value: Json, what: string, code: string);
    what: string;
    code: string;
    /** @type {Map<string, Json>} */
    left: Map<string, Json>;
    /** @param {string} sentence @returns {Failure} */
    fault(sentence: string): Failure;
    /** Whether a member is there and not yet read. @param {string} name */
    has(name: string): boolean;
    /** A member of any type. @param {string} name @returns {Json} */
    take(name: string): Json;
    /** @param {string} name @returns {string} */
    text(name: string): string;
    /** An integer; what is beyond ±(2^53-1) has been refused before. @param {string} name @returns {number} */
    number(name: string): number;
    /**
     * One word out of a closed list.
     *
     * @template {string} Word
     * @param {string} name
     * @param {readonly Word[]} words
     * @returns {Word}
     */
    word<Word extends string>(name: string, words: readonly Word[]): Word;
    /**
     * One word out of a closed list, or null.
     *
     * @template {string} Word
     * @param {string} name
     * @param {readonly Word[]} words
     * @returns {Word | null}
     */
    wordOrNull<Word extends string>(name: string, words: readonly Word[]): Word | null;
    /** An array of at most so many elements. @param {string} name @param {number} most @returns {Json[]} */
    list(name: string, most: number): Json[];
    /** An object, strictly too. @param {string} name @returns {Members} */
    object(name: string): Members;
    /** An object, strictly too, or null. @param {string} name @returns {Members | null} */
    objectOrNull(name: string): Members | null;
    /** Nothing is left over. */
    end(): void;
}
export type Json = import("./json.js").Json;
import { Failure } from "./failure.js";
