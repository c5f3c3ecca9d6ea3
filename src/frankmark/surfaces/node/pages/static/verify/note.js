/**
 * Signed notes (c2sp.org/signed-note), their Ed25519 signatures and cosignatures, and checkpoints
 * (tlog-checkpoint).
 */

import { Failure, malformed, unverified } from "./failure.js";
import { Ed25519PublicKey } from "./keys.js";
import { HASH_SIZE, sha256 } from "./merkle.js";
import { base64, fromBase64, fromHex, hex, joined, same, textOf, utf8 } from "./octets.js";

const MOST_OCTETS = 524_288;
const MOST_SIGNATURES = 100;
const LONGEST_NAME = 255;
const LONGEST_VKEY = 4_096;
const KEY_ID = 4;
const TIMESTAMP = 8;
const ED25519 = 0x01;
const COSIGNATURE = 0x04;
const DASH = "— ";
const MOST_LEAVES = (1n << 63n) - 1n;
// What Python's str.isspace calls white space, so that all implementations refuse the same names.
const SPOILT = /[\u0000-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]/;

/**
 * @typedef {object} NoteSignature
 * @property {string} name
 * @property {Uint8Array} keyId
 * @property {Uint8Array} octets - what follows the key id
 */

/** @param {string} name @returns {string} @throws NOTE_KEY_NAME */
function demandName(name) {
  if (SPOILT.test(name) || name === "" || utf8(name).length > LONGEST_NAME) {
    throw malformed("NOTE_KEY_NAME", "a key name is not empty and has no space, no plus, no control");
  }
  return name;
}

/** A key that notes are verified with; its text form is the vkey. */
export class VerifierKey {
  /** @param {string} name @param {number} kind @param {Ed25519PublicKey} key @param {Uint8Array} keyId */
  constructor(name, kind, key, keyId) {
    this.name = name;
    this.kind = kind;
    this.key = key;
    this.keyId = keyId;
  }

  /**
   * Read `name+hex(key id)+base64(type ‖ key)`.
   *
   * @param {string} text
   * @returns {Promise<VerifierKey>}
   * @throws {Failure} VKEY_MALFORMED, VKEY_TYPE, VKEY_KEY_ID, NOTE_KEY_NAME, `KEY_…`, `BASE64_INVALID`, `HEX_INVALID`
   */
  static async parse(text) {
    const [name, keyId, ...rest] = text.split("+");
    if (text.length > LONGEST_VKEY || keyId === undefined || rest.length === 0) {
      throw malformed("VKEY_MALFORMED", "name+key id+base64(type ‖ key)");
    }
    const octets = fromBase64(rest.join("+"));
    if (octets[0] !== ED25519 && octets[0] !== COSIGNATURE) {
      throw malformed("VKEY_TYPE", "only Ed25519 keys (type 1) and cosignature keys (type 4)");
    }
    const nameOctets = utf8(demandName(name));
    const key = await Ed25519PublicKey.fromOctets(octets.slice(1));
    const expected = (await sha256(nameOctets, utf8("\n"), octets)).slice(0, KEY_ID);
    if (!same(expected, fromHex(keyId))) {
      throw malformed("VKEY_KEY_ID", "the key id does not follow from name, type and key");
    }
    return new VerifierKey(name, octets[0], key, expected);
  }

  toString() {
    return `${this.name}+${hex(this.keyId)}+${base64(joined(Uint8Array.of(this.kind), this.key.octets))}`;
  }

  /** Whether a signature line names this key. @param {NoteSignature} line */
  named(line) {
    return line.name === this.name && same(line.keyId, this.keyId);
  }

  /**
   * @param {string} text
   * @param {NoteSignature} line
   * @returns {Promise<number>} the time of the signature in seconds; 0 for a type without one
   * @throws {Failure} NOTE_SIGNATURE_INVALID
   */
  async verify(text, line) {
    let [time, message, signature] = [0n, text, line.octets];
    if (this.kind === COSIGNATURE) {
      time = line.octets.subarray(0, TIMESTAMP).reduce((whole, octet) => (whole << 8n) | BigInt(octet), 0n);
      signature = line.octets.subarray(TIMESTAMP);
      message = `cosignature/v1\ntime ${time}\n${text}`;
    }
    try {
      await this.key.verify(signature, utf8(message));
    } catch (problem) {
      if (!(problem instanceof Failure)) throw problem;
      throw unverified("NOTE_SIGNATURE_INVALID", `the signature of ${this.name} does not hold`);
    }
    if (time > MOST_LEAVES) throw unverified("NOTE_SIGNATURE_INVALID", `the time of ${this.name} is out of range`);
    return Number(time);
  }
}

/** A text and the signatures below it, none of which is verified by being here. */
export class Note {
  /** @param {string} text @param {NoteSignature[]} signatures */
  constructor(text, signatures) {
    this.text = text;
    this.signatures = signatures;
  }

  /**
   * @param {Uint8Array} octets
   * @returns {Note}
   * @throws {Failure} NOTE_TOO_LARGE, NOTE_NOT_TEXT, NOTE_MALFORMED, NOTE_SIGNATURE_LINE, NOTE_KEY_NAME, BASE64_INVALID
   */
  static parse(octets) {
    if (octets.length > MOST_OCTETS) throw malformed("NOTE_TOO_LARGE", `a note has at most ${MOST_OCTETS} octets`);
    const whole = textOf(octets);
    if (whole === null) throw malformed("NOTE_NOT_TEXT", "a note is UTF-8");
    if (octets.some((octet) => octet < 0x20 && octet !== 0x0a)) {
      throw malformed("NOTE_NOT_TEXT", "a note has no control character but the newline");
    }
    const at = whole.lastIndexOf("\n\n");
    if (at < 0 || !whole.slice(at + 2).endsWith("\n")) {
      throw malformed("NOTE_MALFORMED", "text, an empty line, and signature lines that end in newlines");
    }
    const lines = whole.slice(at + 2, -1).split("\n");
    if (lines.length > MOST_SIGNATURES) {
      throw malformed("NOTE_TOO_LARGE", `a note has at most ${MOST_SIGNATURES} signatures`);
    }
    return new Note(whole.slice(0, at + 1), lines.map(signatureLine));
  }

  /** The octets, in the one spelling that `parse` reads. @returns {Uint8Array} */
  render() {
    const lines = this.signatures.map((one) => `${DASH}${one.name} ${base64(joined(one.keyId, one.octets))}\n`);
    return utf8(`${this.text}\n${lines.join("")}`);
  }

  /**
   * Verify the signatures of known keys; those of unknown ones are passed over.
   *
   * @param {VerifierKey[]} keys
   * @returns {Promise<Map<VerifierKey, number>>} the keys that signed, with the times of their signatures in seconds
   * @throws {Failure} NOTE_SIGNATURE_INVALID, NOTE_UNSIGNED
   */
  async verify(keys) {
    const signed = new Map();
    for (const line of this.signatures) {
      const key = keys.findLast((one) => one.named(line));
      if (key !== undefined) signed.set(key, await key.verify(this.text, line));
    }
    if (signed.size === 0) throw unverified("NOTE_UNSIGNED", "no key that is known here signed this note");
    return signed;
  }
}

/** @param {string} line @returns {NoteSignature} */
function signatureLine(line) {
  const bare = line.startsWith(DASH) ? line.slice(DASH.length) : "";
  const at = bare.indexOf(" ");
  if (at < 0) throw malformed("NOTE_SIGNATURE_LINE", "— name base64(key id ‖ signature)");
  const octets = fromBase64(bare.slice(at + 1));
  if (octets.length <= KEY_ID) throw malformed("NOTE_SIGNATURE_LINE", "a signature follows the key id");
  return { name: demandName(bare.slice(0, at)), keyId: octets.slice(0, KEY_ID), octets: octets.slice(KEY_ID) };
}

/** @param {string} text @returns {bigint} from 0 to 2^63-1 @throws CHECKPOINT_MALFORMED */
export function decimal(text) {
  if (/^(?:0|[1-9][0-9]{0,18})$/.test(text) && BigInt(text) <= MOST_LEAVES) return BigInt(text);
  throw malformed("CHECKPOINT_MALFORMED", "a decimal number without leading zeros, below 2^63");
}

/** A log's name, its size and its root, in its signed note. */
export class Checkpoint {
  /**
   * @param {Note} note
   * @param {string} origin
   * @param {bigint} size
   * @param {Uint8Array} root
   * @param {string[]} more
   */
  constructor(note, origin, size, root, more) {
    this.note = note;
    this.origin = origin;
    this.size = size;
    this.root = root;
    this.extensions = more;
  }

  /** @param {Uint8Array} octets @returns {Checkpoint} @throws {Failure} as `Note.parse`; CHECKPOINT_MALFORMED */
  static parse(octets) {
    const note = Note.parse(octets);
    const lines = note.text.slice(0, -1).split("\n");
    if (lines.length < 3 || lines.includes("")) {
      throw malformed("CHECKPOINT_MALFORMED", "origin, size and root: at least three lines, none empty");
    }
    const root = fromBase64(lines[2]);
    if (root.length !== HASH_SIZE) throw malformed("CHECKPOINT_MALFORMED", `a root has ${HASH_SIZE} octets`);
    return new Checkpoint(note, lines[0], decimal(lines[1]), root, lines.slice(3));
  }

  /**
   * Verify that the log signed this, and that enough witnesses saw it.
   *
   * @param {string} origin - the log that is meant
   * @param {VerifierKey[]} logKeys
   * @param {VerifierKey[]} [witnesses]
   * @param {number} [quorum]
   * @returns {Promise<Map<VerifierKey, number>>} the witnesses that cosigned, each with its time in seconds
   * @throws {Failure} CHECKPOINT_ORIGIN, NOTE_UNSIGNED, NOTE_SIGNATURE_INVALID, COSIGNATURES_TOO_FEW
   */
  async verify(origin, logKeys, witnesses = [], quorum = 0) {
    if (this.origin !== origin) throw unverified("CHECKPOINT_ORIGIN", `this is not the log ${origin}`);
    const signed = await this.note.verify([...logKeys, ...witnesses]);
    if (!logKeys.some((key) => signed.has(key))) throw unverified("NOTE_UNSIGNED", "the log did not sign this");
    const cosigned = new Map();
    for (const key of witnesses) {
      // Two names for one key are one witness.
      const counted = [...cosigned.keys()].find((one) => one.key.equals(key.key));
      if (!signed.has(key)) continue;
      if (counted !== undefined) cosigned.delete(counted);
      cosigned.set(key, signed.get(key));
    }
    if (cosigned.size < quorum) {
      throw unverified("COSIGNATURES_TOO_FEW", `${cosigned.size} of ${quorum} cosignatures that are asked for`);
    }
    return cosigned;
  }
}
