/** A leaf's place in a signed tree. */
export class TlogProof {
    /**
     * @param {Uint8Array} octets
     * @returns {TlogProof}
     * @throws {import("./failure.js").Failure} PROOF_TOO_LARGE, PROOF_MALFORMED, BASE64_INVALID, as `Checkpoint.parse`
     */
    static parse(octets: Uint8Array): TlogProof;
    /**
     * @param {bigint} index
     * @param {Uint8Array[]} path
     * @param {Checkpoint} checkpoint
     * @param {Uint8Array | null} extra
     */
    constructor(index: bigint, path: Uint8Array[], checkpoint: Checkpoint, extra: Uint8Array | null);
    index: bigint;
    path: Uint8Array<ArrayBufferLike>[];
    checkpoint: Checkpoint;
    /** what the proof is about, if it is here; vouched for by nobody */
    extra: Uint8Array<ArrayBufferLike> | null;
    /** The octets, in the one spelling that `parse` reads. @returns {Uint8Array} */
    render(): Uint8Array;
    /**
     * Verify that the log holds the leaf, and that enough witnesses saw the tree.
     *
     * @param {Uint8Array} leaf - the leaf's hash, computed from what the proof is about
     * @param {{ origin: string, logKeys: import("./note.js").VerifierKey[],
     *   witnesses?: import("./note.js").VerifierKey[], quorum?: number }} trusted
     * @returns {Promise<Map<import("./note.js").VerifierKey, number>>} the witnesses that cosigned, with times in seconds
     */
    verify(leaf: Uint8Array, { origin, logKeys, witnesses, quorum }: {
        origin: string;
        logKeys: import("./note.js").VerifierKey[];
        witnesses?: import("./note.js").VerifierKey[];
        quorum?: number;
    }): Promise<Map<import("./note.js").VerifierKey, number>>;
}
import { Checkpoint } from "./note.js";
