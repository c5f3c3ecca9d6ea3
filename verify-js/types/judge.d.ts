/**
 * Verify a thing.
 *
 * @param {Thing} thing
 * @param {Given} given
 * @returns {Promise<Finding>} whatever is wrong with the thing is in it and not thrown
 */
export function judge(thing: Thing, given: Given): Promise<Finding>;
/**
 * What a finding comes to: neither right nor wrong where only trust or a proof of time is missing.
 *
 * @param {Finding} finding
 * @returns {"valid" | "limited" | "undecided" | "invalid"}
 */
export function standing({ error, report }: Finding): "valid" | "limited" | "undecided" | "invalid";
/** Looks at one thing; what it found before something did not hold stays readable. */
export class Judging {
    /** @param {Kind} kind @param {Given} given */
    constructor(kind: Kind, given: Given);
    given: Given;
    issuers: import("./trust.js").Issuer[];
    /** @type {Finding} */
    finding: Finding;
    /** @param {() => Promise<void>} step */
    orError(step: () => Promise<void>): Promise<void>;
    /** @param {Record<string, Json>} facts */
    say(facts: Record<string, Json>): void;
    /** @param {Issuer | undefined} issuer @param {string} what @returns {Issuer} */
    believed(issuer: Issuer | undefined, what: string): Issuer;
    /** @param {Uint8Array} octets */
    token(octets: Uint8Array): Promise<void>;
    /**
     * One without `iss` is placed by its key's id, else by being pinned alone.
     *
     * @param {string} iss
     * @param {string | null} kid
     */
    issuerOf(iss: string, kid: string | null): import("./trust.js").Issuer | undefined;
    /** @param {string} kid */
    ownerOf(kid: string): import("./trust.js").Issuer | undefined;
    /** @param {Uint8Array} octets */
    head(octets: Uint8Array): Promise<void>;
    /** @param {Uint8Array} octets */
    proof(octets: Uint8Array): Promise<void>;
    /** @param {Uint8Array} octets */
    transaction(octets: Uint8Array): Promise<void>;
    /** @param {import("./ledger.js").Entry} entry @param {Uint8Array} octets */
    entry(entry: import("./ledger.js").Entry, octets: Uint8Array): Promise<void>;
    /** @param {TlogProof} proof @param {Uint8Array} leaf */
    included(proof: TlogProof, leaf: Uint8Array): Promise<{
        issuer: import("./trust.js").Issuer;
        times: number[];
    }>;
    /** @param {Checkpoint} checkpoint */
    stated({ origin, size, root }: Checkpoint): void;
    /** The issuer whose log this is, by the name of a pinned key. @param {Checkpoint} checkpoint */
    logOf({ origin }: Checkpoint): {
        issuer: import("./trust.js").Issuer;
        logKeys: import("./note.js").VerifierKey[];
    };
    /** @param {Map<unknown, number>} cosigned @param {Issuer} issuer */
    cosigned(cosigned: Map<unknown, number>, { quorum }: Issuer): void;
    /** @param {Uint8Array} octets */
    stampedSafe(octets: Uint8Array): Promise<void>;
}
export type Json = import("./json.js").Json;
export type Issuer = import("./trust.js").Issuer;
export type Kind = import("./recognise.js").Kind;
export type Thing = import("./recognise.js").Thing;
export type Report = import("./stampedsafe.js").Report;
/**
 * - what the person brings along
 */
export type Given = {
    trust: import("./trust.js").Trust;
    nowMs: number;
    /**
     * - for perimeters
     */
    suffixes?: import("./suffixes.js").PublicSuffixes | undefined;
    /**
     * - thumbprints that brands' TXT records publish, for perimeters and statements
     */
    jkts?: string[] | undefined;
    /**
     * - that logs held receipts and openings, for keys that have ended
     */
    timeProofs?: TlogProof[] | undefined;
    /**
     * - signed heads at hand, for proofs that one continues another
     */
    heads?: string[] | undefined;
    /**
     * - SHA-256 of the file that a proof may be about
     */
    fileHash?: Uint8Array<ArrayBufferLike> | null | undefined;
};
export type Finding = {
    kind: Kind;
    /**
     * - the first thing that does not hold
     */
    error: Failure | null;
    /**
     * - whose it is, by the trust; empty if nobody's in it
     */
    issuer: string;
    /**
     * - what it says; proven only if there is no error
     */
    facts: Record<string, Json>;
    /**
     * - what a careful reader wants to know although it holds
     */
    warnings: string[];
    /**
     * - of a receipt
     */
    checks?: Record<string, boolean> | undefined;
    /**
     * - of a StampedSafe proof
     */
    report?: import("./stampedsafe.js").Report | undefined;
    /**
     * - of a receipt, what came of the proofs that are attached to it
     */
    evidence?: Finding[] | undefined;
    /**
     * - of an attached proof, whether it is about the receipt itself
     */
    aboutReceipt?: boolean | undefined;
};
import { TlogProof } from "./tlogproof.js";
import { Checkpoint } from "./note.js";
import { Failure } from "./failure.js";
