/**
 * Verifying a StampedSafe proof offline (specs/stampedsafe.md): its form, five checks, what its time attestation shows.
 *
 * All errors are collected; only the form and the five checks decide whether a proof is valid. The attestation decides
 * the level, and a file at hand is compared beside it.
 */

import { attestationFaults, attestationFormFaults } from "./attestation.js";
import { Failure } from "./failure.js";
import { isObject } from "./json.js";
import { Ed25519PublicKey } from "./keys.js";
import { sha256 } from "./merkle.js";
import { fromHex, hex, utf8 } from "./octets.js";
import { canonicalForm, commitment, formFaults, loadProof, unknownMembers, whole } from "./proofform.js";
import { TIME_ZONES } from "./timezones.js";

/** @typedef {import("./json.js").Json} Json @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./proofform.js").Fault} Fault */

/**
 * @typedef {object} Authority - a time authority's key that the verifier believes
 * @property {string} pk - 64 lower hex
 * @property {number | null} [notBeforeMs]
 * @property {number | null} [notAfterMs]
 * @property {number | null} [compromisedAtMs]
 */

/**
 * @typedef {object} Report
 * @property {boolean} valid - whether the form and all five checks hold
 * @property {1 | 2 | null} level - 1 for the maker's own clock, 2 for an attested time; null unless valid
 * @property {"bound" | "not-before" | null} timeBinding
 * @property {"digest" | "digest-hex" | null} sigInput
 * @property {string | null} id
 * @property {string | null} digest
 * @property {Fault[]} errors
 * @property {string[]} warnings
 * @property {boolean} [fileMatches]
 */

const TRUNCATED = [6, 12];

/**
 * Verify one proof. Whatever is wrong with it is in the report; nothing is thrown.
 *
 * @param {Uint8Array} octets - the JSON text, at most 64 KiB
 * @param {{ authorities?: Map<string, Authority>, fileHash?: Uint8Array | null }} [given] - believed time authorities
 *   by kid; SHA-256 of the file at hand
 * @returns {Promise<Report>}
 */
export async function verifyProof(octets, given = {}) {
  let proof;
  try {
    proof = loadProof(octets);
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    return unread({ code: problem.code, path: "", message: problem.detail });
  }
  if (!isObject(proof)) return unread({ code: "TYPE_INVALID", path: "", message: "a proof is an object" });
  return new Examination(proof, given).report(given.fileHash ?? null);
}

/** @param {Fault} fault @returns {Report} */
const unread = (fault) => ({
  valid: false,
  level: null,
  timeBinding: null,
  sigInput: null,
  id: null,
  digest: null,
  errors: [fault],
  warnings: [],
});

/** Looks at one proof. */
class Examination {
  /** @param {JsonObject} proof @param {NonNullable<Parameters<typeof verifyProof>[1]>} given */
  constructor(proof, given) {
    this.proof = proof;
    this.authorities = given.authorities ?? new Map();
    this.errors = [...formFaults(proof)];
    this.misshapen = new Set(this.errors.map((fault) => fault.path));
    /** @type {string[]} */
    this.warnings = [];
    /** @type {Report["sigInput"]} */
    this.sigInput = null;
    this.payload = isObject(proof.payload) ? proof.payload : null;
    /** @type {Uint8Array} */
    this.digest = new Uint8Array();
  }

  /** @param {Uint8Array | null} fileHash @returns {Promise<Report>} */
  async report(fileHash) {
    const { payload } = this;
    if (payload !== null) {
      this.digest = await sha256(canonicalForm(payload));
      this.checkVersion(payload);
      this.checkAlgorithm(payload);
      await this.checkMessage(payload);
      this.checkId();
      await this.checkSignature(payload);
    }
    const valid = this.errors.length === 0;
    const binding = payload === null ? null : await this.attested(payload);
    const level = binding === null ? 1 : 2;
    this.warn(payload, valid && (whole(this.proof.level) ?? 0) > level);
    const matches = fileHash === null ? {} : { fileMatches: this.compare(payload, fileHash) };
    return {
      valid,
      level: valid ? level : null,
      timeBinding: valid ? binding : null,
      sigInput: this.sigInput,
      id: payload === null ? null : this.expectedId(),
      digest: payload === null ? null : hex(this.digest),
      errors: this.errors,
      warnings: this.warnings,
      ...matches,
    };
  }

  /** @param {JsonObject} payload */
  checkVersion(payload) {
    if (this.has("payload.v") && payload.v !== "1.0" && payload.v !== "1.1") {
      this.wrong("VERSION_UNSUPPORTED", "payload.v", "v is 1.0 or 1.1");
    }
  }

  /** @param {JsonObject} payload */
  checkAlgorithm(payload) {
    if (!this.has("payload.alg") || payload.alg === "Ed25519+SHA256") return;
    if (payload.alg === "Ed25519-SHA256") this.warnings.push("ALG_ALIAS");
    else this.wrong("ALG_UNSUPPORTED", "payload.alg", "alg is Ed25519+SHA256");
  }

  /** @param {JsonObject} payload */
  async checkMessage({ m, h }) {
    if (typeof m !== "string" || !this.has("payload.h")) return;
    if (hex(await sha256(utf8(m))) !== h) this.wrong("MESSAGE_HASH_MISMATCH", "payload.h", "h is the SHA-256 of m");
  }

  checkId() {
    if (this.has("id") && this.proof.id !== this.expectedId()) {
      this.wrong("ID_MISMATCH", "id", "id is the first octets of the SHA-256 of the canonical payload");
    }
  }

  /** As many digits of the digest as the proof's own id has, if that is a length that an id can have. */
  expectedId() {
    const { id } = this.proof;
    return hex(this.digest).slice(0, typeof id === "string" && id.length === 24 ? 24 : 12);
  }

  /** @param {JsonObject} payload */
  async checkSignature(payload) {
    if (!this.has("payload.pk")) return;
    let key;
    try {
      key = await Ed25519PublicKey.fromOctets(fromHex(String(payload.pk)));
    } catch (problem) {
      if (!(problem instanceof Failure)) throw problem;
      const message = "pk is the one encoding of a point of edwards25519 that is not of small order";
      this.wrong("PUBLIC_KEY_INVALID", "payload.pk", message);
      return;
    }
    if (!this.has("sig")) return;
    await this.checkInputs(key, fromHex(String(this.proof.sig)));
  }

  /**
   * What the signature is over: the digest or its digits count, a part of it never does.
   *
   * @param {Ed25519PublicKey} key
   * @param {Uint8Array} signature
   */
  async checkInputs(key, signature) {
    if (await signs(key, signature, this.digest)) {
      this.sigInput = "digest";
    } else if (await signs(key, signature, utf8(hex(this.digest)))) {
      this.sigInput = "digest-hex";
      this.warnings.push("SIG_INPUT_HEX");
    } else if (await this.signsPart(key, signature)) {
      const message = "sig is over the short id, which others can hit; it must be over the whole digest";
      this.wrong("SIG_OVER_TRUNCATED_ID", "sig", message);
    } else {
      this.wrong("SIGNATURE_INVALID", "sig", "sig is no signature of this digest by this key");
    }
  }

  /** @param {Ed25519PublicKey} key @param {Uint8Array} signature */
  async signsPart(key, signature) {
    for (const part of TRUNCATED.map((octets) => this.digest.slice(0, octets))) {
      for (const text of [part, utf8(hex(part))]) if (await signs(key, signature, text)) return true;
    }
    return false;
  }

  /**
   * What a believed attestation says of the content.
   *
   * @param {JsonObject} payload
   * @returns {Promise<Report["timeBinding"]>}
   */
  async attested(payload) {
    const present = Object.hasOwn(payload, "ta");
    if (present && payload.v === "1.0") this.warnings.push("TA_IN_V10");
    if (!present || payload.v !== "1.1") return null;
    const { ta } = payload;
    const misshapen = attestationFormFaults(ta);
    const faults =
      misshapen.length > 0 || !isObject(ta)
        ? misshapen
        : await attestationFaults(ta, whole(payload.t), this.authorities);
    this.errors.push(...faults);
    if (faults.length > 0 || !isObject(ta)) return null;
    return ta.nonce === (await commitment(payload)) ? "bound" : "not-before";
  }

  /** @param {JsonObject | null} payload @param {boolean} claimedTooMuch */
  warn(payload, claimedTooMuch) {
    if (typeof payload?.tz === "string" && !TIME_ZONES.has(payload.tz)) this.warnings.push("TIMEZONE_INVALID");
    if (unknownMembers(this.proof, payload?.v === "1.1")) this.warnings.push("UNKNOWN_FIELD");
    if (claimedTooMuch) this.warnings.push("LEVEL_UNPROVEN");
  }

  /** @param {JsonObject | null} payload @param {Uint8Array} fileHash */
  compare(payload, fileHash) {
    const named = isObject(payload?.f ?? null) ? /** @type {JsonObject} */ (payload?.f).hash : undefined;
    if (named === hex(fileHash)) return true;
    this.wrong("FILE_HASH_MISMATCH", "payload.f.hash", "the file at hand is not the one that the proof names");
    return false;
  }

  /** Whether a member is there and has its form. @param {string} path */
  has(path) {
    return !this.misshapen.has(path);
  }

  /** @param {string} code @param {string} path @param {string} message */
  wrong(code, path, message) {
    this.errors.push({ code, path, message });
  }
}

/** @param {Ed25519PublicKey} key @param {Uint8Array} signature @param {Uint8Array} text */
async function signs(key, signature, text) {
  try {
    await key.verify(signature, text);
    return true;
  } catch (problem) {
    if (problem instanceof Failure) return false;
    throw problem;
  }
}
