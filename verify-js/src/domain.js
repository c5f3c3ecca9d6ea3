/**
 * The canonical form of a domain name: A-labels, lower-case, no final dot (UTS #46 non-transitional, IDNA 2008).
 *
 * Names beyond ASCII are mapped by the URL parser, the one implementation of UTS #46 that every browser has; it also
 * checks joiners and direction. Which characters exist is decided here (RFC 5892), because the URL parser lets more
 * through than any registry does.
 */

import { TOO_NEW } from "./unicode.js";

const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const LABEL_UNDERSCORE = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;
const LONGEST_TYPED = 1024;
const LONGEST = 253;
// eslint-disable-next-line no-control-regex
const ASCII = /^[\u0000-\u007f]*$/;
/** RFC 5892 §2.1 and §2.6: letters and digits, and the exceptions in both directions. */
const LETTER_OR_DIGIT = /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]$/u;
const ALLOWED = new Set("\u00df\u03c2\u06fd\u06fe\u0f0b\u3007");
const REFUSED = // and Hangul jamo, and the blocks of symbols
  /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u20d0-\u20ff]|[\u{1d100}-\u{1d24f}]/u;
const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Noncharacter_Code_Point}]/u;
const MARK_FIRST = /^\p{M}/u;

/**
 * @param {string} text
 * @param {{ underscores?: boolean }} [allowed] - as names of records have and names of hosts do not
 * @returns {string | null} null if it is no domain name
 */
export function canonicalDomain(text, { underscores = false } = {}) {
  if (text === "" || text.length > LONGEST_TYPED || /[[\]:/?#@\\%\s]/.test(text)) return null;
  const plain = ASCII.test(text);
  const name = plain ? text.toLowerCase() : mapped(text);
  if (name === null) return null;
  const labels = (name.endsWith(".") ? name.slice(0, -1) : name).split(".");
  const pattern = underscores && plain ? LABEL_UNDERSCORE : LABEL;
  const held = labels.every((label) => label.length <= 63 && pattern.test(label) && (!isALabel(label) || known(label)));
  const whole = labels.join(".");
  return held && whole.length <= LONGEST && !/^[0-9]+$/.test(labels[labels.length - 1]) ? whole : null;
}

/** @param {string} label */
const isALabel = (label) => label.startsWith("xn--");

/** @param {string} name @returns {string | null} */
function mapped(name) {
  try {
    return new URL(`https://${name}/`).hostname;
  } catch {
    return null;
  }
}

/** Whether an A-label is the one spelling of a U-label of IDNA 2008. @param {string} label */
function known(label) {
  if (mapped(`${label}.example`) !== `${label}.example`) return false;
  const letters = decoded(label.slice(4));
  if (letters === null || letters.length === 0 || MARK_FIRST.test(letters.join(""))) return false;
  const text = letters.join("");
  return !(text.slice(2, 4) === "--" || text.startsWith("-") || text.endsWith("-")) &&
    !TOO_NEW.test(text) && letters.every((letter, at) => permitted(letter, letters, at));
}

/** RFC 5892 §3. @param {string} letter @param {string[]} label @param {number} at */
function permitted(letter, label, at) {
  if (/[a-z0-9-]/.test(letter) || ALLOWED.has(letter)) return true;
  const contextual = inContext(letter, label, at);
  if (contextual !== null) return contextual;
  const stable = letter.normalize("NFKC").toLowerCase().normalize("NFKC") === letter;
  return stable && LETTER_OR_DIGIT.test(letter) && !REFUSED.test(letter) && !IGNORABLE.test(letter);
}

/**
 * Appendix A of RFC 5892; the URL parser has checked the joiners.
 *
 * @param {string} letter
 * @param {string[]} label
 * @param {number} at
 */
function inContext(letter, label, at) {
  const [before = "", after = ""] = [label[at - 1], label[at + 1]];
  switch (letter) {
    case "\u200c":
    case "\u200d":
      return true;
    case "\u00b7":
      return before === "l" && after === "l";
    case "\u0375":
      return /\p{Script=Greek}/u.test(after);
    case "\u05f3":
    case "\u05f4":
      return /\p{Script=Hebrew}/u.test(before);
    case "\u30fb":
      return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(label.join(""));
    default:
  }
  if (/[\u0660-\u0669]/.test(letter)) return !/[\u06f0-\u06f9]/.test(label.join(""));
  if (/[\u06f0-\u06f9]/.test(letter)) return !/[\u0660-\u0669]/.test(label.join(""));
  return null;
}

/**
 * Punycode (RFC 3492 §6.2) of a label that the URL parser has accepted.
 *
 * @param {string} text
 * @returns {string[] | null}
 */
function decoded(text) {
  const dash = text.lastIndexOf("-");
  const letters = dash > 0 ? [...text.slice(0, dash)] : [];
  let [code, bias, at] = [128, 72, 0];
  let place = dash > 0 ? dash + 1 : 0;
  while (place < text.length) {
    const start = at;
    for (let [weight, step] = [1, 36]; ; step += 36) {
      const digit = "abcdefghijklmnopqrstuvwxyz0123456789".indexOf(text[place] ?? "?");
      if (digit < 0) return null;
      place += 1;
      at += digit * weight;
      const edge = step <= bias ? 1 : Math.min(26, step - bias);
      if (digit < edge) break;
      weight *= 36 - edge;
    }
    const count = letters.length + 1;
    bias = adapted(at - start, count, start === 0);
    code += Math.floor(at / count);
    if (code > 0x10ffff) return null;
    at %= count;
    letters.splice(at, 0, String.fromCodePoint(code));
    at += 1;
  }
  return letters;
}

/** @param {number} delta @param {number} count @param {boolean} first */
function adapted(delta, count, first) {
  let left = Math.floor(delta / (first ? 700 : 2));
  left += Math.floor(left / count);
  let steps = 0;
  for (; left > 455; steps += 36) left = Math.floor(left / 35);
  return steps + Math.floor((36 * left) / (left + 38));
}
