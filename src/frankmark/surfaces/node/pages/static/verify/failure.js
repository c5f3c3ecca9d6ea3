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
  constructor(code, detail, kind = "malformed") {
    super(`${code}: ${detail}`);
    this.name = "Failure";
    this.code = code;
    this.detail = detail;
    this.kind = kind;
  }
}

/** @param {string} code @param {string} detail @returns {Failure} */
export const malformed = (code, detail) => new Failure(code, detail, "malformed");

/** @param {string} code @param {string} detail @returns {Failure} */
export const unverified = (code, detail) => new Failure(code, detail, "unverified");

/**
 * Run `step`, and let its failures stand under another code.
 *
 * @template T
 * @param {() => T} step
 * @param {(failure: Failure) => Failure} rename
 * @returns {T}
 */
export function renamed(step, rename) {
  try {
    return step();
  } catch (problem) {
    throw problem instanceof Failure ? rename(problem) : problem;
  }
}
