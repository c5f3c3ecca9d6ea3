/** RFC 3339 text and milliseconds since the Unix epoch; leap seconds have no place there and are refused. */

import { malformed } from "./failure.js";

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

const invalid = () => malformed("TIMESTAMP_INVALID", "an RFC 3339 date-time such as 2026-01-15T10:00:00Z");

/**
 * @param {string} text
 * @returns {number} milliseconds; finer fractions are cut off
 * @throws {import("./failure.js").Failure} TIMESTAMP_INVALID
 */
export function parseTime(text) {
  const found = DATE_TIME.exec(text);
  if (found === null) throw invalid();
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const instant = new Date(0);
  instant.setUTCFullYear(year, month - 1, day);
  instant.setUTCHours(hour, minute, second);
  const exists =
    year >= 1 &&
    instant.getUTCMonth() === month - 1 &&
    instant.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!exists) throw invalid();
  const ms = instant.getTime() + Number((found[7] ?? "0").padEnd(3, "0").slice(0, 3));
  if (found[8] === undefined) return ms;
  const [hours, minutes] = [Number(found[9]), Number(found[10])];
  if (hours > 23 || minutes > 59) throw invalid();
  const offset = (hours * 60 + minutes) * 60_000;
  return found[8] === "+" ? ms - offset : ms + offset;
}

/** @param {number} ms @returns {string} in UTC, with milliseconds only if there are any */
export const timeText = (ms) => new Date(ms).toISOString().replace(".000Z", "Z");
