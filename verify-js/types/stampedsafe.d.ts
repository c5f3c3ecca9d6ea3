/**
 * Verify one proof. Whatever is wrong with it is in the report; nothing is thrown.
 *
 * @param {Uint8Array} octets - the JSON text, at most 64 KiB
 * @param {{ authorities?: Map<string, Authority>, fileHash?: Uint8Array | null }} [given] - believed time authorities
 *   by kid; SHA-256 of the file at hand
 * @returns {Promise<Report>}
 */
export function verifyProof(octets: Uint8Array, given?: {
    authorities?: Map<string, Authority>;
    fileHash?: Uint8Array | null;
}): Promise<Report>;
export type Json = import("./json.js").Json;
export type JsonObject = import("./json.js").JsonObject;
export type Fault = import("./proofform.js").Fault;
/**
 * - a time authority's key that the verifier believes
 */
export type Authority = {
    /**
     * - 64 lower hex
     */
    pk: string;
    notBeforeMs?: number | null | undefined;
    notAfterMs?: number | null | undefined;
    compromisedAtMs?: number | null | undefined;
};
export type Report = {
    /**
     * - whether the form and all five checks hold
     */
    valid: boolean;
    /**
     * - 1 for the maker's own clock, 2 for an attested time; null unless valid
     */
    level: 1 | 2 | null;
    timeBinding: "bound" | "not-before" | null;
    sigInput: "digest" | "digest-hex" | null;
    id: string | null;
    digest: string | null;
    errors: Fault[];
    warnings: string[];
    fileMatches?: boolean | undefined;
};
