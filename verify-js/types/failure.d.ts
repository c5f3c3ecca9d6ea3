/**
 * Run `step`, and let its failures stand under another code.
 *
 * @template T
 * @param {() => T} step
 * @param {(failure: Failure) => Failure} rename
 * @returns {T}
 */
export function renamed<T>(step: () => T, rename: (failure: Failure) => Failure): T;
/** What is thrown when something does not hold. */
/**
 * Why a thing is not accepted.
 *
 * `malformed`: it has not the form. `unverified`: it has the form, and what it claims does not hold.
 */
export class Failure extends Error {
    /**
     * @param {string} code - one of the codes of docs/reference/codes.md
     * @param {string} detail - a sentence for people
     * @param {"malformed" | "unverified"} [kind]
     */
    constructor(code: string, detail: string, kind?: "malformed" | "unverified");
    code: string;
    detail: string;
    kind: "malformed" | "unverified";
}
export function malformed(code: string, detail: string): Failure;
export function unverified(code: string, detail: string): Failure;
