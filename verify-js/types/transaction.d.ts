/**
 * @param {Uint8Array} octets - the JSON text
 * @returns {Promise<Transaction>}
 * @throws {import("./failure.js").Failure} TX_MALFORMED, TX_HASH_MISMATCH, ASSET_MISMATCH, ASSET_MALFORMED, as
 *   `parseEntry` and `Checkpoint.parse`
 */
export function parseTransaction(octets: Uint8Array): Promise<Transaction>;
export type Json = import("./json.js").Json;
export type JsonObject = import("./json.js").JsonObject;
/**
 * - well-formed; whether a log holds it is for its proof
 */
export type Transaction = {
    entry: import("./ledger.js").Entry;
    /**
     * - of the entry: its leaf
     */
    octets: Uint8Array;
    entrySig: string;
    /**
     * - null once erased
     */
    asset: JsonObject | null;
    proof: TlogProof;
};
import { TlogProof } from "./tlogproof.js";
