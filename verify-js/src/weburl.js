/**
 * URLs of http and https as a browser reads them (WHATWG URL Standard), taken apart as far as Signal needs.
 *
 * The browser's own parser keeps nothing of how a URL was written, and that is part of what is judged here: `plain`.
 */

import { malformed } from "./failure.js";
import { utf8 } from "./octets.js";

/**
 * @typedef {object} WebUrl
 * @property {string} host - percent-decoded, otherwise as written
 * @property {string} path - dot segments resolved, percent-encoded where it must be
 * @property {string | null} query - as written
 * @property {boolean} plain - no userinfo, no port of its own, no backslash, no encoded dot or slash before the query
 */

const PATH_LEFT_OUT = new Set('"#<>?^`{}');
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** @param {string} detail */
const wrong = (detail) => malformed("ARTIFACT_URL", detail);

/**
 * @param {string} text - a URL of http or https
 * @returns {WebUrl}
 * @throws {import("./failure.js").Failure} ARTIFACT_URL
 */
export function parseUrl(text) {
  // eslint-disable-next-line no-control-regex
  const cleaned = text.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, "").replace(/[\t\n\r]/g, "");
  const start = /^(https?):[/\\]*/i.exec(cleaned);
  if (start === null || !cleaned.isWellFormed()) throw wrong("a URL begins http: or https:");
  const [whole] = cleaned.split("#", 1);
  const mark = whole.indexOf("?");
  const before = mark < 0 ? whole : whole.slice(0, mark);
  const [written] = before.slice(start[0].length).split(/[/\\]/, 1);
  const { host, port } = placeOf(written.slice(written.lastIndexOf("@") + 1), start[1].toLowerCase());
  return {
    host,
    path: pathOf(before.slice(start[0].length + written.length)),
    query: mark < 0 ? null : whole.slice(mark + 1),
    plain: !written.includes("@") && [null, 80, 443].includes(port) && !/%2[ef]|\\/i.test(before),
  };
}

/** @param {string} written @param {string} scheme @returns {{ host: string, port: number | null }} */
function placeOf(written, scheme) {
  const colon = written.indexOf(":");
  const host = colon < 0 ? written : written.slice(0, colon);
  const digits = colon < 0 ? "" : written.slice(colon + 1);
  if (host === "" || written.startsWith("[")) throw wrong("a URL names a host, and not by its address");
  if (!/^[0-9]{0,5}$/.test(digits) || Number(digits) > 65_535) throw wrong("a port is a number up to 65535");
  const port = digits === "" ? null : Number(digits);
  return { host: percentDecoded(host), port: port === (scheme === "http" ? 80 : 443) ? null : port };
}

/** @param {string} written */
function pathOf(written) {
  /** @type {string[]} */
  const kept = [];
  const segments = written.replaceAll("\\", "/").replace(/^\//, "").split("/");
  for (const [at, segment] of segments.entries()) {
    const dots = segment.toLowerCase().replaceAll("%2e", ".");
    if (dots === "..") kept.pop();
    if (dots !== "." && dots !== "..") kept.push(percentEncoded(segment));
    else if (at === segments.length - 1) kept.push("");
  }
  return `/${kept.join("/")}`;
}

/** @param {string} segment */
function percentEncoded(segment) {
  let text = "";
  for (const letter of segment) {
    if (letter > " " && letter < "\u007f" && !PATH_LEFT_OUT.has(letter)) text += letter;
    else for (const octet of utf8(letter)) text += `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}

/** @param {string} text */
const percentDecoded = (text) =>
  text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    DECODER.decode(Uint8Array.from(run.slice(1).split("%"), (pair) => Number.parseInt(pair, 16))),
  );

/** The values of one parameter of a query. @param {string | null} query @param {string} name @returns {string[]} */
export function queryValues(query, name) {
  /** @param {string} text */
  const read = (text) => percentDecoded(text.replaceAll("+", " "));
  return (query ?? "").split("&").flatMap((pair) => {
    const sign = pair.indexOf("=");
    const [key, value] = sign < 0 ? [pair, ""] : [pair.slice(0, sign), pair.slice(sign + 1)];
    return read(key) === name ? [read(value)] : [];
  });
}
