/**
 * Read a core.
 *
 * @param {import("./json.js").Json} value - as `load` gives it
 * @param {import("./suffixes.js").PublicSuffixes} suffixes
 * @returns {Core}
 * @throws {Failure} COUNTERSTAMP_MALFORMED
 */
export function parseCore(value: import("./json.js").Json, suffixes: import("./suffixes.js").PublicSuffixes): Core;
/**
 * Read a brand's statement, believing nothing.
 *
 * @param {string} text - the compact serialisation, at most 4,096 characters
 * @returns {Promise<Statement>}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, COUNTERSTAMP_MALFORMED, BRAND_KEY_MISMATCH
 */
export function readStatement(text: string): Promise<Statement>;
/**
 * Check that a statement confirms a counter-stamp as it stands, here and now.
 *
 * @param {Statement} statement
 * @param {Standing} standing
 * @param {{ jkt: string, log: string, nowS: number }} given - thumbprint of the key of the brand's newest perimeter;
 *   origin of the node's log; the time
 * @throws {Failure} BRAND_KEY_MISMATCH, SIGNATURE_FALSE, STATEMENT_MISMATCH, STATEMENT_TIME
 */
export function verifyStatement(statement: Statement, standing: Standing, { jkt, log, nowS }: {
    jkt: string;
    log: string;
    nowS: number;
}): Promise<void>;
export function coreHash(core: Core): Promise<string>;
export type Core = {
    id: string;
    brand: string;
    artifact: import("./model.js").Artifact;
    reasonCode: import("./model.js").ReasonCode;
    /**
     * - seconds
     */
    opened_at: number;
    /**
     * - seconds
     */
    expires_at: number;
};
/**
 * - a counter-stamp as it stands
 */
export type Standing = {
    core: Core;
    state: import("./model.js").State;
    version: number;
    /**
     * - seconds
     */
    disputedAt: number | null;
};
export type Statement = {
    /**
     * - hash of the core
     */
    core: string;
    /**
     * - that it moves from
     */
    version: number;
    /**
     * - origin of the node's log
     */
    log: string;
    /**
     * - seconds
     */
    iat: number;
    key: import("./keys.js").P256PublicKey;
    parts: import("./jws.js").Jws;
};
