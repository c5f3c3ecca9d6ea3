/** Artifacts of Signal: channels in one canonical form, so that two spellings of one channel are equal. */

import { parseAddress } from "./address.js";
import { canonicalDomain } from "./domain.js";
import { Failure, malformed } from "./failure.js";
import { parseUrl, queryValues } from "./weburl.js";

/** @typedef {import("./suffixes.js").PublicSuffixes} PublicSuffixes */
/** @typedef {import("./model.js").Artifact} Artifact @typedef {import("./model.js").ArtifactType} ArtifactType */

const LONGEST = 2_048;
const SPACE = "\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const OUTSIDE = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g");
const ADDRESS_ONLY = new RegExp(`^[^/\\\\?#:${SPACE}]*@[^/\\\\?#:${SPACE}]*$`);
const HAS_SCHEME = /^(?:https?:|[a-z][a-z0-9+.-]*:[/\\])/i;
const NUMERIC = /^(?:[0-9]+|0x[0-9a-f]*)$/;
const E164 = /^\+[1-9][0-9]{6,14}$/;
const HANDLE = /^[a-z][a-z0-9_]{3,31}$/;
const CHAT_ID = /^(?:tgid:)?(-?[1-9][0-9]{0,15})$/;
const SENDER = /^(?=.*[A-Z])[A-Z0-9](?:[A-Z0-9 .&_+-]{0,9}[A-Z0-9.+])?$/;
const TELEGRAM_HOSTS = ["t.me", "telegram.me", "telegram.dog"];
// First segments at t.me that are pages of Telegram's own and no handle.
const TELEGRAM_PAGES = [
  ...["addemoji", "addlist", "addstickers", "addtheme", "boost", "confirmphone", "contact", "giftcode", "invoice"],
  ...["joinchat", "login", "proxy", "setlanguage", "share", "socks"],
];
const TG_RESOLVE = ["tg://resolve", "tg:resolve", "tg://resolve/"];
const WHATSAPP_URI = /^whatsapp:(?:\/\/send\/?\?(.*)|(\+.*))$/i;
// eslint-disable-next-line no-control-regex
const ASCII = /^[\u0000-\u007f]*$/;

/**
 * Bring a channel to its one form.
 *
 * @param {ArtifactType} type
 * @param {string} text - how somebody wrote it, at most 2,048 characters
 * @param {PublicSuffixes} suffixes
 * @returns {Artifact}
 * @throws {Failure} one of the `ARTIFACT_…` codes
 */
export function canonicalArtifact(type, text, suffixes) {
  const typed = text.replace(OUTSIDE, "");
  const length = [...typed].length;
  if (length === 0 || length > LONGEST) throw malformed("ARTIFACT_LENGTH", `1 to ${LONGEST} characters`);
  const value = FORMS[type](typed, suffixes);
  if ([...value].length > LONGEST) {
    throw malformed("ARTIFACT_LENGTH", `at most ${LONGEST} characters in its canonical form`);
  }
  return { type, value };
}

/** @type {Record<ArtifactType, (text: string, suffixes: PublicSuffixes) => string>} */
const FORMS = {
  domain: (text, suffixes) =>
    hostDomain(ADDRESS_ONLY.test(text) ? address(text, "ARTIFACT_DOMAIN").domain : parseWeb(text).host, suffixes),
  shortlink: (text, suffixes) => shortlink(text, suffixes),
  whatsapp: (text) => whatsappLink(text) ?? number(text),
  telegram,
  phone: (text) => number(schemeOf(text) === "tel" ? text.slice(4) : text),
  sms_sender: sender,
  email: (text) => address(text, "ARTIFACT_EMAIL").text,
};

/** @param {string} text */
const parseWeb = (text) => parseUrl(HAS_SCHEME.test(text) ? text : `https://${text}`);

/** @param {string} text */
const schemeOf = (text) => text.split(":", 1)[0].toLowerCase();

/** @param {string} text @param {string} code */
function address(text, code) {
  const found = parseAddress(text);
  if (found === null) throw malformed(code, "no mail address");
  return found;
}

/** @param {string} host @param {PublicSuffixes} suffixes */
function hostDomain(host, suffixes) {
  const domain = canonicalDomain(host, { underscores: true });
  if (domain === null) throw malformed("ARTIFACT_DOMAIN", "no name of a host");
  if (NUMERIC.test(domain.slice(domain.lastIndexOf(".") + 1))) {
    throw malformed("ARTIFACT_DOMAIN", "a host that ends in a number is an address");
  }
  if (suffixes.isPublicSuffix(domain)) {
    throw malformed("ARTIFACT_PUBLIC_SUFFIX", "anyone may register under this name");
  }
  return domain;
}

/** @param {string} text @param {PublicSuffixes} suffixes */
function shortlink(text, suffixes) {
  const url = parseWeb(text);
  if (url.plain && url.query === null) return `https://${hostDomain(url.host, suffixes)}${url.path}`;
  const detail = "a short link has no userinfo, no port of its own, no query, no backslash and no encoded dot or slash";
  throw malformed("ARTIFACT_SHORTLINK", detail);
}

/** @param {string} text */
const withoutSeparators = (text) => text.replace(/[ .\-()]/g, "");

/** @param {string} text */
function number(text) {
  const found = withoutSeparators(text);
  if (text.startsWith("+") && E164.test(found)) return found;
  throw malformed("ARTIFACT_NUMBER", "a number in international form, such as +14155550123");
}

/** The number that a link to WhatsApp names. @param {string} text @returns {string | null} */
function whatsappLink(text) {
  const numbers = schemeOf(text) === "whatsapp" ? whatsappUri(text) : whatsappWeb(text);
  if (numbers.length !== 1) return null;
  const found = `+${withoutSeparators(numbers[0]).replace(/^\+/, "")}`;
  return E164.test(found) ? found : null;
}

/** @param {string} text @returns {string[]} */
function whatsappUri(text) {
  const written = WHATSAPP_URI.exec(text);
  if (written === null) return [];
  return written[2] ? [written[2]] : queryValues(written[1] ?? "", "phone");
}

/** @param {string} text @returns {string[]} */
function whatsappWeb(text) {
  const { host, url } = webOf(text);
  if (url === null) return [];
  const path = url.path.replace(/\/$/, "");
  if (host === "wa.me") return [path.slice(1)];
  const sends = host === "api.whatsapp.com" || host === "web.whatsapp.com";
  return sends && path === "/send" ? queryValues(url.query, "phone") : [];
}

/** Host and parts of a URL that is what it looks like. @param {string} text */
function webOf(text) {
  try {
    const url = parseWeb(text);
    const host = canonicalDomain(url.host);
    return host !== null && url.plain ? { host, url } : { host: "", url: null };
  } catch (problem) {
    if (problem instanceof Failure) return { host: "", url: null };
    throw problem;
  }
}

/** @param {string} text */
function telegram(text) {
  const id = CHAT_ID.exec(text);
  if (id !== null && Number.isSafeInteger(Number(id[1]))) return `tgid:${id[1]}`;
  const handle = ASCII.test(text) && text.startsWith("@") ? text.slice(1).toLowerCase() : "";
  const found = HANDLE.test(handle) ? `@${handle}` : telegramLink(text);
  if (found !== null) return found;
  throw malformed("ARTIFACT_HANDLE", "@name of 4 to 32 letters, digits and underscores, or a chat id");
}

/** The handle that a link to Telegram names. @param {string} text @returns {string | null} */
function telegramLink(text) {
  const names = schemeOf(text) === "tg" ? telegramUri(text) : telegramWeb(text);
  const handle = names.length === 1 && ASCII.test(names[0]) ? names[0].toLowerCase() : "";
  return HANDLE.test(handle) && !TELEGRAM_PAGES.includes(handle) ? `@${handle}` : null;
}

/** @param {string} text @returns {string[]} */
function telegramUri(text) {
  const mark = text.indexOf("?");
  const action = mark < 0 ? text : text.slice(0, mark);
  const [query] = (mark < 0 ? "" : text.slice(mark + 1)).split("#", 1);
  return TG_RESOLVE.includes(action.toLowerCase()) ? queryValues(query, "domain") : [];
}

/** @param {string} text @returns {string[]} */
function telegramWeb(text) {
  const { host, url } = webOf(text);
  if (url === null || !TELEGRAM_HOSTS.includes(host)) return [];
  let [name, ...rest] = url.path.replace(/\/$/, "").slice(1).split("/");
  if (name === "s" && rest.length > 0) [name, ...rest] = rest;
  return rest.every((segment) => /^[0-9]+$/.test(segment)) ? [name] : [];
}

/** @param {string} text */
function sender(text) {
  const found = ASCII.test(text) ? text.toUpperCase() : "";
  if (SENDER.test(found)) return found;
  throw malformed("ARTIFACT_SENDER", "1 to 11 letters, digits, spaces and . & _ + -, with a letter");
}
