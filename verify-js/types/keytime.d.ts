/** @typedef {import("./note.js").VerifierKey} VerifierKey */
/**
 * @typedef {object} LogTrust - whom a verifier believes about a log; pinned beforehand
 * @property {string} origin
 * @property {VerifierKey[]} logKeys
 * @property {VerifierKey[]} [witnesses]
 * @property {number} [quorum] - at least one witness is always asked for
 *
 * @typedef {{ proof: import("./tlogproof.js").TlogProof, trust: LogTrust }} TimeProof
 */
/**
 * Check that something existed before the first of its keys stopped counting.
 *
 * @param {import("./jwks.js").Jwk[]} keys - every key that it rests on
 * @param {Uint8Array} leaf - what the log holds for it
 * @param {TimeProof | null} [time] - not needed while all keys are active
 * @throws {Failure} KEY_TIME_UNPROVEN
 */
export function verifyKeyTime(keys: import("./jwks.js").Jwk[], leaf: Uint8Array, time?: TimeProof | null): Promise<void>;
export type VerifierKey = import("./note.js").VerifierKey;
/**
 * - whom a verifier believes about a log; pinned beforehand
 */
export type LogTrust = {
    origin: string;
    logKeys: VerifierKey[];
    witnesses?: import("./note.js").VerifierKey[] | undefined;
    /**
     * - at least one witness is always asked for
     */
    quorum?: number | undefined;
};
export type TimeProof = {
    proof: import("./tlogproof.js").TlogProof;
    trust: LogTrust;
};
