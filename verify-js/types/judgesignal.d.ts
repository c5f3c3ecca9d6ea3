/**
 * What is attached to a receipt: `{"receipt":…,"evidence":[…]}`.
 *
 * @param {Uint8Array} octets
 * @returns {{ receipt: Uint8Array, pieces: Uint8Array[] }} the receipt's own octets, and the canonical ones of each object
 * @throws {import("./failure.js").Failure} RECEIPT_MALFORMED
 */
export function evidenceIn(octets: Uint8Array): {
    receipt: Uint8Array;
    pieces: Uint8Array[];
};
export const SIGNAL_STEPS: {
    receipt: typeof receipt;
    "signal-head": typeof signalHead;
    perimeter: typeof perimeter;
    "counterstamp-statement": typeof statement;
    "abuse-opening": typeof opening;
};
export type Judging = import("./judge.js").Judging;
export type Issuer = import("./trust.js").Issuer;
export type TimeProof = import("./keytime.js").TimeProof;
/** @param {Judging} judging @param {Uint8Array} octets - the compact text, or what a node serves */
declare function receipt(judging: Judging, octets: Uint8Array): Promise<void>;
/** @param {Judging} judging @param {Uint8Array} octets */
declare function signalHead(judging: Judging, octets: Uint8Array): Promise<void>;
/** @param {Judging} judging @param {Uint8Array} octets */
declare function perimeter(judging: Judging, octets: Uint8Array): Promise<void>;
/** @param {Judging} judging @param {Uint8Array} octets */
declare function statement(judging: Judging, octets: Uint8Array): Promise<void>;
/** @param {Judging} judging @param {Uint8Array} octets */
declare function opening(judging: Judging, octets: Uint8Array): Promise<void>;
export {};
