/**
 * Read a file, believing nothing.
 *
 * @param {Uint8Array} octets
 * @returns {SplitView}
 * @throws {Failure} SPLIT_VIEW_MALFORMED
 */
export function parseSplitView(octets: Uint8Array): SplitView;
/**
 * Verify that two heads of one log belong to two histories.
 *
 * @param {SeenHead} one
 * @param {SeenHead} other
 * @param {Uint8Array[]} path - how the larger tree began; empty where that is not needed
 * @throws {Failure} CONSISTENCY_ROOT_MISMATCH, CHECKPOINT_ORIGIN for heads of two logs or issuers; as `prefixRoots`
 */
export function verifySplit(one: SeenHead, other: SeenHead, path: Uint8Array[]): Promise<void>;
export function seenHead(text: string, issuers: Issuer[]): Promise<SeenHead>;
export type Issuer = import("./trust.js").Issuer;
export type SplitView = {
    /**
     * - two signed texts
     */
    heads: [string, string];
    /**
     * - how the larger tree began
     */
    path: Uint8Array[];
};
/**
 * - one whose signature holds
 */
export type SeenHead = {
    /**
     * - its name: `<node id>/…`
     */
    log: string;
    size: bigint;
    root: Uint8Array;
    /**
     * - whose log it is
     */
    issuer: Issuer;
};
