/**
 * Making a StampedSafe proof (specs/stampedsafe.md): content and key never leave the page, and the key signs once.
 *
 * A proof at level 1 names the maker's own time and is of version 1.0. One at level 2 carries the answer of a time
 * authority to the draft's commitment, names the authority's time, and is of version 1.1.
 */

import { attestationFormFaults } from "./attestation.js";
import { malformed } from "./failure.js";
import { dump } from "./json.js";
import { sha256 } from "./merkle.js";
import { hex, textOf, utf8 } from "./octets.js";
import { LONGEST_MESSAGE, canonicalForm, commitment, fileFaults } from "./proofform.js";

/** @typedef {import("./json.js").JsonObject} JsonObject */

/**
 * @typedef {{ name: string, size: number, hash: string, type: string }} FileMeta
 * @typedef {{ message?: string, file?: FileMeta | null }} Content
 * @typedef {object} SigningKey - a fresh key that nothing else holds
 * @property {Uint8Array} publicKey - 32 octets
 * @property {(message: Uint8Array) => Promise<Uint8Array>} sign
 */

const ALGORITHM = "Ed25519+SHA256";

/** A fresh key whose secret part nobody can read. @returns {Promise<SigningKey>} */
export async function freshKey() {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]));
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
    sign: async (message) =>
      new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, /** @type {BufferSource} */ (message))),
  };
}

/** A proof that is not signed yet. */
export class Draft {
  /** @type {SigningKey | null} */
  #key;

  /** @param {JsonObject} payload @param {SigningKey} key @param {string} asked */
  constructor(payload, key, asked) {
    this.#key = key;
    this.payload = payload;
    /** what a time authority is to attest: 64 lower hex, which say nothing of the content */
    this.commitment = asked;
  }

  /**
   * @param {Content} content - what is to be proven: at most 280 UTF-16 code units, a file, or both
   * @param {{ tz: string, nonce?: Uint8Array, key?: SigningKey }} given - the maker's time zone
   * @returns {Promise<Draft>}
   * @throws {import("./failure.js").Failure} MESSAGE_TOO_LONG, NOT_CANONICALIZABLE, MISSING_FIELD, FILE_META_INVALID
   */
  static async of({ message = "", file = null }, { tz, nonce, key }) {
    if (!message.isWellFormed()) throw malformed("NOT_CANONICALIZABLE", "a message without lone surrogates");
    if (message.length > LONGEST_MESSAGE) {
      throw malformed("MESSAGE_TOO_LONG", `a message of at most ${LONGEST_MESSAGE} UTF-16 code units`);
    }
    if (message === "" && file === null) throw malformed("MISSING_FIELD", "a message, a file, or both");
    const signer = key ?? (await freshKey());
    const payload = {
      alg: ALGORITHM,
      tz,
      h: hex(await sha256(utf8(message))),
      m: message,
      n: hex(nonce ?? crypto.getRandomValues(new Uint8Array(16))),
      pk: hex(signer.publicKey),
      ...(file === null ? {} : { f: sound(file) }),
    };
    return new Draft(payload, signer, await commitment({ ...payload, v: "1.1" }));
  }

  /**
   * Sign with the maker's own time: version 1.0, level 1.
   *
   * @param {number} t - milliseconds
   * @returns {Promise<string>}
   */
  selfAttested(t) {
    if (!Number.isSafeInteger(t) || t < 0) throw new RangeError("a time from 0 to 2^53-1 milliseconds");
    return this.#signed({ ...this.payload, v: "1.0", t }, 1);
  }

  /**
   * Sign with an authority's time: version 1.1, level 2. Whether it is believed is for whoever verifies.
   *
   * @param {import("./json.js").Json} ta - the answer to `commitment`
   * @returns {Promise<string>}
   * @throws {import("./failure.js").Failure} TA_FORMAT
   */
  attested(ta) {
    const [fault] = attestationFormFaults(ta);
    if (fault !== undefined) throw malformed(fault.code, fault.message);
    const answer = /** @type {JsonObject} */ (ta);
    if (answer.nonce !== this.commitment) throw malformed("TA_FORMAT", "the authority answered about something else");
    return this.#signed({ ...this.payload, v: "1.1", t: answer.ts, ta: answer }, 2);
  }

  /** @param {JsonObject} payload @param {number} level @returns {Promise<string>} */
  async #signed(payload, level) {
    const key = this.#key;
    this.#key = null;
    if (key === null) throw new Error("a draft signs once");
    const digest = await sha256(canonicalForm(payload));
    const proof = { id: hex(digest.slice(0, 6)), payload, sig: hex(await key.sign(digest)), level };
    return /** @type {string} */ (textOf(dump(proof)));
  }
}

/** @param {FileMeta} file @returns {JsonObject} */
function sound({ name, size, hash, type }) {
  const members = { name, size, hash, type };
  for (const fault of fileFaults(members)) throw malformed(fault.code, fault.message);
  if (!name.isWellFormed()) throw malformed("NOT_CANONICALIZABLE", "a file name without lone surrogates");
  return members;
}

/**
 * Make a proof at level 1, at once: a fresh key signs, and is gone.
 *
 * @param {Content} content
 * @param {{ tz: string, nowMs: number }} given
 * @returns {Promise<string>} the JSON text
 */
export const makeProof = async (content, { tz, nowMs }) => (await Draft.of(content, { tz })).selfAttested(nowMs);

/**
 * What a proof says of a file; the file itself goes nowhere.
 *
 * @param {{ name: string, type: string, arrayBuffer: () => Promise<ArrayBuffer> }} file - as a browser hands it out
 * @returns {Promise<FileMeta>}
 */
export async function fileMeta(file) {
  const octets = new Uint8Array(await file.arrayBuffer());
  const type = file.type.split(";", 1)[0].trim();
  return {
    name: file.name,
    size: octets.length,
    hash: hex(await sha256(octets)),
    type: /^[^/\s]+\/[^/\s]+$/.test(type) ? type : "application/octet-stream",
  };
}
