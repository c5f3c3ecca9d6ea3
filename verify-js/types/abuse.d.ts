/**
 * Commit to a move without showing it: SHA-256("SSCT-ATL-1" ‖ 0 ‖ salt ‖ JCS(detail)).
 *
 * @param {Uint8Array} salt - 32 octets
 * @param {Detail} detail
 * @returns {Promise<string>}
 * @throws {Failure} OPENING_MALFORMED
 */
export function abuseCommitment(salt: Uint8Array, detail: Detail): Promise<string>;
/**
 * Read the leaf of a move.
 *
 * @param {Uint8Array} octets
 * @returns {{ c: string, day: string }}
 * @throws {Failure} LEAF_MALFORMED
 */
export function parseAbuseLeaf(octets: Uint8Array): {
    c: string;
    day: string;
};
/**
 * Read an opening, believing nothing.
 *
 * @param {Json} value - as `load` gives it
 * @returns {Opening}
 * @throws {Failure} OPENING_MALFORMED, as `readHead`
 */
export function parseOpening(value: Json): Opening;
/**
 * Check that a move is the one that the abuse log committed to.
 *
 * @param {Opening} opening
 * @param {import("./jwks.js").JwkSet} keys - all keys of the node, pinned by the verifier
 * @param {import("./keytime.js").TimeProof | null} [time] - that the log held it before the head's key ended
 * @throws {Failure} KEY_UNKNOWN, SIGNATURE_FALSE, INCLUSION_FALSE, KEY_TIME_UNPROVEN
 */
export function verifyOpening(opening: Opening, keys: import("./jwks.js").JwkSet, time?: import("./keytime.js").TimeProof | null): Promise<void>;
export function abuseLeaf(salt: Uint8Array, detail: Detail): Promise<Uint8Array>;
export function openingJson(opening: Opening): JsonObject;
export type Json = import("./json.js").Json;
export type JsonObject = import("./json.js").JsonObject;
/**
 * - one move of a counter-stamp, as only those concerned may see it
 */
export type Detail = {
    cs: string;
    /**
     * - null for the opening
     */
    from: import("./model.js").State | null;
    to: import("./model.js").State;
    version: number;
    actorRole: import("./model.js").Role;
    brand: string;
    artifact: import("./model.js").Artifact;
    reasonCode: import("./model.js").ReasonCode;
    /**
     * - seconds
     */
    at: number;
};
export type Opening = {
    detail: Detail;
    salt: Uint8Array;
    leafIndex: number;
    auditPath: Uint8Array[];
    head: import("./logs.js").TreeHead;
};
