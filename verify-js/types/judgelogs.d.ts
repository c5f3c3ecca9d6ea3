export const LOG_STEPS: {
    "split-view": typeof splitView;
    "consistency-proof": typeof consistency;
};
export type Judging = import("./judge.js").Judging;
export type SeenHead = import("./splitview.js").SeenHead;
/**
 * - what a node answers when it is asked for a consistency proof
 */
export type Path = {
    /**
     * - the name of one of Signal's logs; empty for the ledger
     */
    log: string;
    /**
     * - the size of the smaller tree; null where only the path is given
     */
    first: bigint | null;
    second: bigint | null;
    path: Uint8Array[];
};
/** @param {Judging} judging @param {Uint8Array} octets */
declare function splitView(judging: Judging, octets: Uint8Array): Promise<void>;
/** Between any two heads at hand that it can be about. @param {Judging} judging @param {Uint8Array} octets */
declare function consistency(judging: Judging, octets: Uint8Array): Promise<void>;
export {};
