/**
 * The tag list of the DNS record and the header, and the verify URL inside both (specs/stamp-record.md,
 * stamp-header.md).
 */

import { malformed, unverified } from "./failure.js";

/**
 * @typedef {object} VerifyUrl - never fetched, and it never selects whom to trust
 * @property {string} text
 * @property {string} origin - `https://` and the authority in lower case, without the port if it is 443
 * @property {string} token
 */

const LARGEST = 8_192;
const MOST_TAGS = 32;
const AUTHORITY = "[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?::[0-9]{1,5})?";
const PATH = "(?:/[A-Za-z0-9._~!$&'()*+,:@%-]+)*";
const TOKEN = "[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+";
const URL_FORM = new RegExp(`^https://(${AUTHORITY})${PATH}/(${TOKEN})$`, "i");
const OUTSIDE = /^[ \t\r\n]+|[ \t\r\n]+$/g;
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Octets as text, one character each. @param {Uint8Array} octets */
export const latin1 = (octets) => Array.from(octets, (octet) => String.fromCharCode(octet)).join("");

/**
 * @param {Uint8Array} octets
 * @param {{ unwrapped?: string[], unfolded?: string[] }} [white] - tags inside whose values white space goes, where it
 *   abuts a line break or everywhere
 * @returns {Map<string, string>} values by lower-case name
 * @throws {import("./failure.js").Failure} TAG_LIST_TOO_LARGE, TAG_LIST_MALFORMED, TAG_DUPLICATE
 */
function parseTagList(octets, { unwrapped = [], unfolded = [] } = {}) {
  if (octets.length > LARGEST) throw malformed("TAG_LIST_TOO_LARGE", `a tag list of at most ${LARGEST} octets`);
  if (octets.some((octet) => octet > 0x7f)) throw malformed("TAG_LIST_MALFORMED", "a tag list is ASCII");
  const parts = latin1(octets).replace(OUTSIDE, "").replace(/;$/, "").split(";");
  if (parts.length > MOST_TAGS) throw malformed("TAG_LIST_TOO_LARGE", `a tag list of at most ${MOST_TAGS} tags`);
  const tags = new Map();
  for (const part of parts) {
    const sign = part.indexOf("=");
    const name = (sign < 0 ? part : part.slice(0, sign)).replace(OUTSIDE, "").toLowerCase();
    let value = sign < 0 ? "" : part.slice(sign + 1).replace(OUTSIDE, "");
    if (unwrapped.includes(name)) value = value.replace(/[ \t\r\n]+/g, (space) => (/[\r\n]/.test(space) ? "" : space));
    else if (unfolded.includes(name)) value = value.replace(/[ \t\r\n]+/g, "");
    if (sign < 0 || !/^[a-z][a-z0-9_-]*$/.test(name) || !/^[!-:<-~]+$/.test(value)) {
      throw malformed("TAG_LIST_MALFORMED", "each tag is name=value in visible ASCII");
    }
    if (tags.has(name)) throw malformed("TAG_DUPLICATE", `one tag ${name} only`);
    tags.set(name, value);
  }
  return tags;
}

/** @param {Map<string, string>} tags @param {string} name @returns {string} */
function required(tags, name) {
  const value = tags.get(name);
  if (value === undefined) throw malformed("TAG_MISSING", `the tag ${name} is required`);
  return value;
}

/** @param {Map<string, string>} tags @param {boolean} first */
function requireVersion(tags, first) {
  if (tags.get("v") !== "1" || (first && tags.keys().next().value !== "v")) {
    throw malformed("VERSION_UNSUPPORTED", first ? "v=1 stands first" : "v=1 is required");
  }
}

/** @param {string} text @returns {VerifyUrl} @throws URL_MALFORMED */
export function parseVerifyUrl(text) {
  const found = URL_FORM.exec(text);
  if (found === null) throw malformed("URL_MALFORMED", "an https URL whose last path segment is a token");
  return { text, origin: `https://${found[1].toLowerCase().replace(/:443$/, "")}`, token: found[2] };
}

/**
 * The TXT record at `_securestamp.<domain>`.
 *
 * @param {Uint8Array} octets - its character-strings, joined
 * @returns {{ stampId: string, url: VerifyUrl } | null} null if it is none of ours
 * @throws {import("./failure.js").Failure} `TAG_…`, VERSION_UNSUPPORTED, STAMP_ID_MALFORMED, URL_MALFORMED
 */
export function parseRecord(octets) {
  const prefix = "securestamp=";
  if (latin1(octets.subarray(0, prefix.length)).toLowerCase() !== prefix) return null;
  const tags = parseTagList(octets.subarray(prefix.length), { unwrapped: ["url", "token"] });
  requireVersion(tags, true);
  const stampId = required(tags, "id").toLowerCase();
  if (!UUID4.test(stampId)) throw malformed("STAMP_ID_MALFORMED", "id is a UUID of version 4");
  return { stampId, url: parseVerifyUrl(required(tags, "url")) };
}

/**
 * The body of an `X-SecureStamp` field.
 *
 * @param {Uint8Array} octets - what follows the colon, folded or not
 * @returns {{ token: string, verify: VerifyUrl | null, warnings: string[] }}
 * @throws {import("./failure.js").Failure} `TAG_…`, VERSION_UNSUPPORTED, URL_MALFORMED, TOKEN_MISMATCH
 */
export function parseHeader(octets) {
  const tags = parseTagList(octets, { unfolded: ["token", "verify"] });
  requireVersion(tags, false);
  const token = required(tags, "token");
  const url = tags.get("verify");
  if (url === undefined) return { token, verify: null, warnings: ["VERIFY_MISSING"] };
  const verify = parseVerifyUrl(url);
  if (verify.token !== token) throw unverified("TOKEN_MISMATCH", "verify must end in the token");
  return { token, verify, warnings: [] };
}
