/** Mail addresses in one canonical form (RFC 5321 §4.1.2, RFC 6531 §3.3). */

import { canonicalDomain } from "./domain.js";
import { utf8 } from "./octets.js";

const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]";
// UTF8-non-ascii less what no reader can see: C1 controls, spaces, joiners, marks of direction.
const INVISIBLE =
  "\\u{80}-\\u{a0}\\u{ad}\\u{34f}\\u{61c}\\u{115f}\\u{1160}\\u{1680}\\u{180e}\\u{2000}-\\u{200f}" +
  "\\u{2028}-\\u{202f}\\u{205f}-\\u{206f}\\u{3000}\\u{3164}\\u{feff}\\u{ffa0}";
const BEYOND = `[^\\u{0}-\\u{7f}${INVISIBLE}\\u{d800}-\\u{dfff}\\u{fff0}-\\u{ffff}]`;
const DOT_STRING = new RegExp(`^(?:${ATEXT}|${BEYOND})+(?:\\.(?:${ATEXT}|${BEYOND})+)*$`, "u");
const QUOTED_STRING = new RegExp(`^"((?:[ !#-\\[\\]-~]|${BEYOND}|\\\\[ -~])*)"$`, "u");

/**
 * @param {string} text - an addr-spec
 * @returns {{ local: string, domain: string, text: string } | null} null if it is none
 */
export function parseAddress(text) {
  const at = text.lastIndexOf("@");
  if (at < 0 || [...text].length > 1024) return null;
  const local = localOf(text.slice(0, at));
  const domain = canonicalDomain(text.slice(at + 1));
  if (local === null || domain === null) return null;
  const written = DOT_STRING.test(local) ? local : `"${local.replace(/["\\]/g, "\\$&")}"`;
  const octets = utf8(written).length;
  return octets > 64 || octets + 1 + domain.length > 254 ? null : { local, domain, text: `${written}@${domain}` };
}

/** @param {string} written @returns {string | null} */
function localOf(written) {
  if (DOT_STRING.test(written)) return written;
  const quoted = QUOTED_STRING.exec(written);
  return quoted && quoted[1].replace(/\\(.)/gu, "$1");
}
