/**
 * Check the form of an asset.
 *
 * @param {string} type - that its entry names
 * @param {Json} value - as `load` gives it
 * @returns {import("./json.js").JsonObject} the asset
 * @throws {Failure} ASSET_MALFORMED, DOMAIN_NOT_NORMALISED, SCORE_OUT_OF_RANGE, TIMESTAMP_OUT_OF_RANGE
 */
export function parseAsset(type: string, value: Json): import("./json.js").JsonObject;
export type Json = import("./json.js").Json;
