/**
 * The JSON of a StampedSafe proof, its canonical form, and check 0: which members it has and what each looks
 * like.
 */

import { malformed, renamed } from "./failure.js";
import { dump, isObject, load } from "./json.js";
import { sha256 } from "./merkle.js";
import { hex } from "./octets.js";

/** @typedef {import("./json.js").Json} Json @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {{ code: string, path: string, message: string }} Fault */

export const MOST_OCTETS = 65_536;
export const LONGEST_MESSAGE = 280;
/** @type {Record<string, string>} */
const CODES = {
  JSON_DUPLICATE_KEY: "DUPLICATE_KEY",
  JSON_LONE_SURROGATE: "NOT_CANONICALIZABLE",
  JSON_NUMBER_NOT_FINITE: "NOT_CANONICALIZABLE",
  JSON_INTEGER_RANGE: "NOT_CANONICALIZABLE",
};
const KNOWN = {
  proof: ["id", "payload", "sig", "level"],
  payload: ["v", "alg", "t", "tz", "h", "m", "n", "pk", "f", "ta"],
  f: ["name", "size", "hash", "type"],
  ta: ["ts", "iso", "exp", "kid", "nonce", "sig", "pk"],
};
// eslint-disable-next-line no-control-regex
const NAME = /^[^\u0000-\u001f\u007f-\u009f/\\]{0,255}$/u;
const MEDIA_TYPE = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;

/**
 * Parse the JSON of a proof; its numbers are doubles, as RFC 8785 has it.
 *
 * @param {Uint8Array} octets
 * @returns {Json}
 * @throws {import("./failure.js").Failure} JSON_INVALID, DUPLICATE_KEY, NOT_CANONICALIZABLE
 */
export const loadProof = (octets) =>
  renamed(
    () => doubles(load(octets, { maxBytes: MOST_OCTETS })),
    (failure) => malformed(CODES[failure.code] ?? "JSON_INVALID", failure.detail),
  );

/** @param {Json} value @returns {Json} */
function doubles(value) {
  if (typeof value === "bigint") {
    const number = Number(value);
    if (!Number.isFinite(number)) throw malformed("JSON_NUMBER_NOT_FINITE", "a number that a double can hold");
    return number;
  }
  if (Array.isArray(value)) return value.map(doubles);
  if (!isObject(value)) return value;
  /** @type {JsonObject} */
  const members = Object.create(null);
  for (const [name, member] of Object.entries(value)) members[name] = doubles(member);
  return members;
}

/** The octets that are hashed. @param {Json} value @returns {Uint8Array} */
export const canonicalForm = (value) => dump(value);

/**
 * What a time authority is asked to attest: the payload but for `t` and `ta`.
 *
 * @param {JsonObject} payload
 * @returns {Promise<string>} 64 lower hex
 */
export async function commitment({ t: _t, ta: _ta, ...rest }) {
  return hex(await sha256(canonicalForm(rest)));
}

/** A number as an integer from 0 to 2^53-1; null if its value is none. @param {Json | undefined} value */
export const whole = (value) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;

/** @typedef {[code: string, what: string] | null} Checked */

/** @param {Json} value @returns {Checked} */
const text = (value) => (typeof value === "string" ? null : ["TYPE_INVALID", "a text"]);

/** @param {number} length @param {string} otherwise @returns {(value: Json) => Checked} */
const lowerHex = (length, otherwise) => (value) => {
  if (typeof value !== "string") return ["TYPE_INVALID", "a text"];
  const fits = [...value].length === length;
  if (fits && /^[0-9a-f]+$/.test(value)) return null;
  return [fits && /^[0-9a-fA-F]+$/.test(value) ? "HEX_FORMAT" : otherwise, `${length} digits of lower-case hexadecimal`];
};

const shortId = lowerHex(12, "ID_FORMAT");
const longId = lowerHex(24, "ID_FORMAT");
const fileHash = lowerHex(64, "FILE_META_INVALID");

/** @type {Record<string, (value: Json) => Checked>} */
const OF_PROOF = {
  id: (value) => (typeof value === "string" && [...value].length === 24 ? longId(value) : shortId(value)),
  payload: (value) => (isObject(value) ? null : ["TYPE_INVALID", "an object"]),
  sig: lowerHex(128, "SIGNATURE_FORMAT"),
  level: (value) => (whole(value) === null ? ["TYPE_INVALID", "an integer"] : null),
};

/** @type {Record<string, (value: Json) => Checked>} */
const OF_PAYLOAD = {
  v: text,
  alg: text,
  t: (value) =>
    whole(value) === null ? ["TIMESTAMP_INVALID", "an integer number of milliseconds from 0 to 2^53-1"] : null,
  tz: text,
  h: lowerHex(64, "HEX_FORMAT"),
  m: (value) =>
    typeof value === "string" && [...value].length > LONGEST_MESSAGE
      ? ["MESSAGE_TOO_LONG", `a text of at most ${LONGEST_MESSAGE} characters`]
      : text(value),
  n: lowerHex(32, "HEX_FORMAT"),
  pk: lowerHex(64, "HEX_FORMAT"),
};

/**
 * What is wrong with the form of a proof, `ta` aside.
 *
 * @param {JsonObject} proof
 * @returns {Generator<Fault>}
 */
export function* formFaults(proof) {
  yield* memberFaults(proof, "", OF_PROOF);
  const { payload } = proof;
  if (!isObject(payload)) return;
  yield* memberFaults(payload, "payload.", OF_PAYLOAD);
  if (Object.hasOwn(payload, "f")) yield* fileFaults(payload.f);
  else if (payload.m === "") {
    yield { code: "MISSING_FIELD", path: "payload.f", message: "f is there when there is no message" };
  }
}

/** @param {JsonObject} members @param {string} where @param {Record<string, (value: Json) => Checked>} checks */
function* memberFaults(members, where, checks) {
  for (const [name, check] of Object.entries(checks)) {
    const path = where + name;
    if (!Object.hasOwn(members, name)) {
      yield { code: "MISSING_FIELD", path, message: `${name} is there` };
      continue;
    }
    const found = check(members[name]);
    if (found !== null) yield { code: found[0], path, message: `${name} is ${found[1]}` };
  }
}

/**
 * What is wrong with the form of `f`.
 *
 * @param {Json} value
 * @returns {Generator<Fault>}
 */
export function* fileFaults(value) {
  const code = "FILE_META_INVALID";
  if (!isObject(value)) {
    yield { code, path: "payload.f", message: "f is an object, or absent" };
    return;
  }
  const { name, size, hash, type } = value;
  if (typeof name !== "string" || !NAME.test(name)) {
    const message = "name is a text of at most 255 characters without control characters and path separators";
    yield { code, path: "payload.f.name", message };
  }
  if (whole(size) === null) {
    yield { code, path: "payload.f.size", message: "size is an integer from 0 to 2^53-1" };
  }
  const found = typeof hash === "string" ? fileHash(hash) : [code, "64 digits of lower-case hexadecimal"];
  if (found !== null) yield { code: found[0], path: "payload.f.hash", message: `hash is ${found[1]}` };
  if (typeof type !== "string" || !MEDIA_TYPE.test(type)) {
    yield { code, path: "payload.f.type", message: "type is a media type, type/subtype" };
  }
}

/**
 * Whether there are members that this release does not know.
 *
 * @param {JsonObject} proof
 * @param {boolean} attested
 */
export function unknownMembers(proof, attested) {
  const payload = isObject(proof.payload) ? proof.payload : Object.create(null);
  /** @type {[Json | undefined, string[]][]} */
  const parts = [[proof, KNOWN.proof], [payload, KNOWN.payload], [payload.f, KNOWN.f]];
  if (attested) parts.push([payload.ta, KNOWN.ta]);
  return parts.some(
    ([part, known]) =>
      part !== undefined && isObject(part) && Object.keys(part).some((name) => !known.includes(name)),
  );
}
