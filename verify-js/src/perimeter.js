/**
 * A brand's perimeter (specs/signal.md, type SSCT-perimeter): the channels that it declares to be its own.
 *
 * `readPerimeter` believes nothing; `verifyPerimeter` compares with the thumbprint that the anchor's TXT record
 * publishes, which the caller brings along.
 */

import { canonicalArtifact } from "./artifact.js";
import { Failure, malformed, unverified } from "./failure.js";
import { Members } from "./members.js";
import { sha256 } from "./merkle.js";
import { ARTIFACT_TYPES, LATEST_S, isHex64, isNamed } from "./model.js";
import { fromBase64url, hex } from "./octets.js";
import { PERIMETER, byBrand, payloadOf, verifyByBrand } from "./signed.js";

/**
 * @typedef {import("./suffixes.js").PublicSuffixes} PublicSuffixes
 * @typedef {import("./model.js").Artifact} Artifact
 */

/**
 * @typedef {Artifact & { match: "exact" | "subtree" | "prefix" }} Channel
 *
 * @typedef {object} Perimeter
 * @property {string} text - the compact serialisation: the leaf of the official log
 * @property {string} digest - SHA-256 of its payload: what the next one names as prev
 * @property {import("./keys.js").P256PublicKey} key
 * @property {import("./jws.js").Jws} parts
 * @property {string} brand
 * @property {string} name
 * @property {string} domain - the anchor
 * @property {number} seq
 * @property {string | null} prev
 * @property {number} iat
 * @property {number} exp
 * @property {Channel[]} channels
 */

const MATCHES = /** @type {const} */ (["exact", "subtree", "prefix"]);
const LONGEST = 524_288;
const MOST_CHANNELS = 1_000;
const LONGEST_LIFE_S = 400 * 86_400;
const SKEW_S = 300;
const CODE = "PERIMETER_MALFORMED";
const NAME = // eslint-disable-next-line no-control-regex, no-misleading-character-class
  /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]{1,100}$/u;
const SPACE_OUTSIDE = /^[\s\u0085]|[\s\u0085]$/u;

/**
 * @param {string} text - the compact serialisation, at most 524,288 characters
 * @param {PublicSuffixes} suffixes
 * @returns {Promise<Perimeter>}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, PERIMETER_MALFORMED, PERIMETER_CHANNEL, PERIMETER_TIME,
 *   BRAND_KEY_MISMATCH
 */
export async function readPerimeter(text, suffixes) {
  const { jws: parts, key } = await byBrand(text, PERIMETER, LONGEST);
  const declared = declaredIn(new Members(payloadOf(parts, CODE), "a perimeter", CODE), suffixes);
  return { text, digest: hex(await sha256(parts.payload)), key, parts, ...declared };
}

/** @param {Members} members @param {PublicSuffixes} suffixes */
function declaredIn(members, suffixes) {
  if (members.number("v") !== 1) throw members.fault("has v 1");
  const prev = members.take("prev");
  if (prev !== null && !(typeof prev === "string" && isHex64(prev))) {
    throw members.fault("has prev: 64 lower-case hexadecimal digits, or null");
  }
  const found = {
    brand: members.text("brand"),
    name: members.text("name"),
    domain: members.text("domain"),
    seq: members.number("seq"),
    prev,
    iat: members.number("iat"),
    exp: members.number("exp"),
    channels: channelsIn(members.list("channels", MOST_CHANNELS), suffixes),
  };
  members.end();
  if (!isNamed("br_", found.brand) || !NAME.test(found.name) || SPACE_OUTSIDE.test(found.name)) {
    throw members.fault("has brand br_<ulid> and a name of 1 to 100 visible characters");
  }
  if (found.seq < 1 || (found.seq === 1) !== (prev === null)) {
    throw members.fault("has seq from 1 on, and prev null exactly for the first");
  }
  const { iat, exp } = found;
  if (iat < 0 || iat >= exp || exp > Math.min(iat + LONGEST_LIFE_S, LATEST_S)) {
    throw malformed("PERIMETER_TIME", "exp lies after iat, at most 400 days");
  }
  demandCanonical({ type: "domain", value: found.domain }, suffixes);
  return found;
}

/** @param {import("./json.js").Json[]} items @param {PublicSuffixes} suffixes @returns {Channel[]} */
function channelsIn(items, suffixes) {
  const channels = items.map((item) => channelIn(item, suffixes));
  if (new Set(channels.map(({ type, value }) => `${type} ${value}`)).size !== channels.length) {
    throw malformed("PERIMETER_CHANNEL", "each channel once");
  }
  return channels;
}

/** @param {import("./json.js").Json} item @param {PublicSuffixes} suffixes @returns {Channel} */
function channelIn(item, suffixes) {
  const members = new Members(item, "a channel", CODE);
  const [type, value] = [members.word("type", ARTIFACT_TYPES), members.text("value")];
  const match = members.has("match") ? members.word("match", MATCHES) : "exact";
  members.end();
  demandCanonical({ type, value }, suffixes);
  const fits = {
    exact: true,
    subtree: type === "domain",
    prefix: type === "shortlink" && value.endsWith("/"),
  };
  if (!fits[match]) {
    throw malformed("PERIMETER_CHANNEL", 'subtree is for domains, prefix for short links that end in "/"');
  }
  return { type, value, match };
}

/** @param {Artifact} artifact @param {PublicSuffixes} suffixes */
function demandCanonical({ type, value }, suffixes) {
  let canonical;
  try {
    canonical = canonicalArtifact(type, value, suffixes);
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    throw malformed("PERIMETER_CHANNEL", `${type}: ${problem.detail}`);
  }
  if (canonical.value !== value) throw malformed("PERIMETER_CHANNEL", `${type}: written in its canonical form`);
}

/**
 * Check that a perimeter is signed with the key that its anchor publishes.
 *
 * @param {Perimeter} perimeter
 * @param {string} jkt - the thumbprint from the anchor's TXT record, or the one kept from when it was accepted
 * @throws {Failure} BRAND_KEY_MISMATCH, SIGNATURE_FALSE
 */
export async function verifyPerimeter(perimeter, jkt) {
  if (perimeter.key.thumbprint !== jkt) {
    throw unverified("BRAND_KEY_MISMATCH", "the anchor publishes another key than the one in the header");
  }
  await verifyByBrand(perimeter.parts, perimeter.key);
}

/** Whether a perimeter holds at a time and declares anything. @param {Perimeter} perimeter @param {number} nowS */
export const isActive = ({ channels, iat, exp }, nowS) => channels.length > 0 && iat <= nowS + SKEW_S && nowS < exp;

/** @param {Perimeter} perimeter @param {number} nowS @throws {Failure} PERIMETER_TIME */
export function verifyPerimeterTime(perimeter, nowS) {
  if (!isActive(perimeter, nowS)) {
    throw unverified("PERIMETER_TIME", "the perimeter has ended, is dated in the future, or declares nothing");
  }
}

/**
 * Check that a perimeter is the next one of its brand.
 *
 * @param {Perimeter} next
 * @param {Perimeter | null} previous - the newest that was accepted
 * @throws {Failure} PERIMETER_SUCCESSION
 */
export function verifySuccession(next, previous) {
  const right =
    previous === null
      ? next.seq === 1 && next.prev === null
      : next.brand === previous.brand &&
        next.domain === previous.domain &&
        next.seq === previous.seq + 1 &&
        next.prev === previous.digest &&
        next.iat >= previous.iat;
  if (!right) {
    throw unverified("PERIMETER_SUCCESSION", "same brand and anchor, seq one more, prev of the newest one");
  }
}

/** @param {Channel} channel @param {Artifact} artifact */
function covers({ type, value, match }, artifact) {
  if (type !== artifact.type) return false;
  if (value === artifact.value) return true;
  if (match === "subtree") return artifact.value.endsWith(`.${value}`);
  return match === "prefix" && artifact.value.startsWith(value);
}

/**
 * The declared channel that covers an artifact, an exact one first.
 *
 * @param {Perimeter} perimeter
 * @param {Artifact} artifact
 */
export function channelOf({ channels }, artifact) {
  const covering = channels.filter((channel) => covers(channel, artifact));
  return covering.find((channel) => channel.value === artifact.value) ?? covering[0] ?? null;
}

/**
 * Domains that must each publish the brand's key, the anchor first.
 *
 * @param {Perimeter} perimeter
 * @returns {string[]}
 */
export function domainsToProve({ domain, channels }) {
  const declared = channels.filter((one) => one.type === "domain").map((one) => one.value);
  return [...new Set([domain, ...declared.filter((one) => one !== domain && !one.endsWith(`.${domain}`))])];
}

/**
 * The thumbprint in a TXT record of a brand: `ssbrand=v=1; jkt=…`.
 *
 * @param {Uint8Array} octets - its character-strings, joined
 * @returns {string | null} null if it is no such record
 * @throws {Failure} BRAND_RECORD_MALFORMED
 */
export function parseBrandRecord(octets) {
  const text = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  if (!text.startsWith("ssbrand=")) return null;
  const found = /^ssbrand= *v *= *1 *; *jkt *= *([A-Za-z0-9_-]{43}) *;? *$/.exec(text);
  try {
    if (found !== null && fromBase64url(found[1]).length === 32) return found[1];
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
  }
  throw malformed("BRAND_RECORD_MALFORMED", "ssbrand=v=1; jkt=<43 characters of base64url>");
}
