/** Time attestations (specs/stampedsafe.md): an authority signs what time it is and a hash that it was sent. */

import { Failure } from "./failure.js";
import { isObject } from "./json.js";
import { Ed25519PublicKey } from "./keys.js";
import { fromHex } from "./octets.js";
import { canonicalForm, whole } from "./proofform.js";

/** @typedef {import("./json.js").Json} Json @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./proofform.js").Fault} Fault @typedef {import("./stampedsafe.js").Authority} Authority */

const TA = "payload.ta";
const LONGEST_TEXT = 256;
const LAST_MS = 253_402_300_799_999;

/**
 * What is wrong with the form of an attestation: `TA_FORMAT`, once for each member.
 *
 * @param {Json} value
 * @returns {Fault[]}
 */
export function attestationFormFaults(value) {
  if (!isObject(value)) return [{ code: "TA_FORMAT", path: TA, message: "ta is an object, or absent" }];
  /** @type {Fault[]} */
  const faults = [];
  /** @param {string} name @param {string} what */
  const misshapen = (name, what) =>
    faults.push({ code: "TA_FORMAT", path: `${TA}.${name}`, message: `${name} is ${what}` });
  for (const name of ["ts", "exp"]) {
    if (whole(value[name]) === null) misshapen(name, "an integer number of milliseconds");
  }
  for (const name of ["iso", "kid", "nonce"]) {
    const text = value[name];
    if (typeof text !== "string" || text === "" || [...text].length > LONGEST_TEXT) {
      misshapen(name, `a text of 1 to ${LONGEST_TEXT} characters`);
    }
  }
  for (const [name, length] of /** @type {const} */ ([["sig", 128], ["pk", 64]])) {
    const text = value[name];
    if (typeof text !== "string" || text.length !== length || !/^[0-9a-f]+$/.test(text)) {
      misshapen(name, `${length} digits of lower-case hexadecimal`);
    }
  }
  return faults;
}

/**
 * Why an attestation that has its form shows no time.
 *
 * @param {JsonObject} ta - as received, members that nobody knows included: they are signed too
 * @param {number | null} t - the time of the proof that carries it
 * @param {Map<string, Authority>} authorities - believed keys by kid
 * @returns {Promise<Fault[]>}
 */
export async function attestationFaults(ta, t, authorities) {
  /** @type {Fault[]} */
  const faults = [];
  const [ts, exp] = [Number(ta.ts), Number(ta.exp)];
  if (!(await signatureHolds(ta))) {
    const message = "the authority's signature does not belong to this attestation";
    faults.push({ code: "TA_SIGNATURE_INVALID", path: `${TA}.sig`, message });
  }
  const sentence = distrust(ta, ts, authorities.get(String(ta.kid)));
  if (sentence !== null) faults.push({ code: "TA_UNTRUSTED_KEY", path: `${TA}.kid`, message: sentence });
  if ((t !== null && t !== ts) || !sameTime(String(ta.iso), ts)) {
    faults.push({ code: "TA_TIME_MISMATCH", path: `${TA}.ts`, message: "t, ta.ts and ta.iso name one time" });
  }
  if (ts >= exp) faults.push({ code: "TA_WINDOW_INVALID", path: `${TA}.exp`, message: "exp is later than ts" });
  return faults;
}

/** Over everything but `sig`; an older way leaves `pk` out too. @param {JsonObject} ta */
async function signatureHolds(ta) {
  const { sig, ...signed } = ta;
  const { pk, ...bare } = signed;
  const signature = fromHex(String(sig));
  try {
    const key = await Ed25519PublicKey.fromOctets(fromHex(String(pk)));
    try {
      await key.verify(signature, canonicalForm(signed));
    } catch (problem) {
      if (!(problem instanceof Failure)) throw problem;
      await key.verify(signature, canonicalForm(bare));
    }
    return true;
  } catch (problem) {
    if (problem instanceof Failure) return false;
    throw problem;
  }
}

/** @param {JsonObject} ta @param {number} ts @param {Authority | undefined} pinned @returns {string | null} */
function distrust(ta, ts, pinned) {
  if (pinned === undefined || pinned.pk !== ta.pk) return "the authority's key is not pinned";
  const { notBeforeMs = null, notAfterMs = null, compromisedAtMs = null } = pinned;
  if (compromisedAtMs !== null && ts >= compromisedAtMs) return "the authority's key was compromised by then";
  const outside = (notBeforeMs !== null && ts < notBeforeMs) || (notAfterMs !== null && ts > notAfterMs);
  return outside ? "the authority's key is not pinned for this time" : null;
}

/**
 * Whether a text is this very millisecond in UTC; final zeros of the fraction may be left out.
 *
 * @param {string} iso
 * @param {number} ts
 */
function sameTime(iso, ts) {
  if (ts > LAST_MS || !iso.endsWith("Z") || iso.endsWith(".Z")) return false;
  const [full, given] = [new Date(ts).toISOString().slice(0, -1), iso.slice(0, -1)];
  return given.length >= 19 && full.startsWith(given) && /^\.?0*$/.test(full.slice(given.length));
}
