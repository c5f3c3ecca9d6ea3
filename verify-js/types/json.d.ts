/**
 * Parse one JSON text strictly.
 *
 * @param {Uint8Array} octets
 * @param {{ maxBytes?: number, maxDepth?: number, exact?: boolean }} [options] - exact: a number that is written with
 *   a fraction or an exponent is never taken for an integer, whatever its value; it is loaded as NaN if it is one
 * @returns {Json} objects have no prototype
 * @throws {import("./failure.js").Failure} a `JSON_…` code
 */
export function load(octets: Uint8Array, { maxBytes, maxDepth, exact }?: {
    maxBytes?: number;
    maxDepth?: number;
    exact?: boolean;
}): Json;
export function isObject(value: Json): value is JsonObject;
export function dump(value: Json): Uint8Array;
export type JsonObject = {
    [name: string]: Json;
};
export type Json = null | boolean | number | bigint | string | any[] | {
    [name: string]: Json;
};
