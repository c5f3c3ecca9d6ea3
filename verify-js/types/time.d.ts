/**
 * @param {string} text
 * @returns {number} milliseconds; finer fractions are cut off
 * @throws {import("./failure.js").Failure} TIMESTAMP_INVALID
 */
export function parseTime(text: string): number;
export function timeText(ms: number): string;
