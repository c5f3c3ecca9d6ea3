/**
 * Read the canonical octets of an entry.
 *
 * @param {Uint8Array} octets
 * @returns {Entry}
 * @throws {Failure} ENTRY_MALFORMED, TIMESTAMP_OUT_OF_RANGE
 */
export function parseEntry(octets: Uint8Array): Entry;
/**
 * Commit to an asset: SHA-256(salt ‖ JCS(asset)).
 *
 * @param {Uint8Array} salt - 16 octets
 * @param {import("./json.js").JsonObject} asset
 * @returns {Promise<string>}
 * @throws {Failure} ASSET_MALFORMED
 */
export function assetHash(salt: Uint8Array, asset: import("./json.js").JsonObject): Promise<string>;
/**
 * Check that an asset is the one that an entry commits to.
 *
 * @param {Entry} entry
 * @param {import("./json.js").JsonObject} asset
 * @param {Uint8Array} salt
 * @throws {Failure} ASSET_MISMATCH, ASSET_MALFORMED
 */
export function checkCommitment(entry: Entry, asset: import("./json.js").JsonObject, salt: Uint8Array): Promise<void>;
/**
 * Verify an entry's signature; matching the key to the certificate that the entry names is the caller's part.
 *
 * @param {Uint8Array} octets - the entry's canonical octets
 * @param {string} signature - base64url of R ‖ S, as served in `entrySig`
 * @param {import("./keys.js").P256PublicKey} key
 * @throws {Failure} ENTRY_SIGNATURE
 */
export function verifyEntry(octets: Uint8Array, signature: string, key: import("./keys.js").P256PublicKey): Promise<void>;
/**
 * @typedef {object} Entry
 * @property {1} v
 * @property {string} type
 * @property {string} channel
 * @property {string} stampId
 * @property {string} assetHash
 * @property {number} timestamp - milliseconds; the issuer's claim
 * @property {string} issuer - SHA-256 fingerprint of the issuing node's certificate
 */
export const CHANNEL: "securestamp-main";
export function txHash(octets: Uint8Array): Promise<string>;
export type Entry = {
    v: 1;
    type: string;
    channel: string;
    stampId: string;
    assetHash: string;
    /**
     * - milliseconds; the issuer's claim
     */
    timestamp: number;
    /**
     * - SHA-256 fingerprint of the issuing node's certificate
     */
    issuer: string;
};
