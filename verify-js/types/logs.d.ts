/**
 * Read a signed tree head, believing nothing.
 *
 * @param {string} text
 * @returns {TreeHead}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, TREE_HEAD_MALFORMED
 */
export function readHead(text: string): TreeHead;
/**
 * Check that a tree holds a leaf.
 *
 * @param {Uint8Array} leaf - its hash
 * @param {number} index
 * @param {Uint8Array[]} path
 * @param {TreeHead} head
 * @throws {Failure} INCLUSION_FALSE
 */
export function verifyIncluded(leaf: Uint8Array, index: number, path: Uint8Array[], head: TreeHead): Promise<void>;
/** @param {import("./json.js").Json[]} items @param {string} code - of a failure @returns {Uint8Array[]} */
export function auditPath(items: import("./json.js").Json[], code: string): Uint8Array[];
export const LOG_NAMES: readonly ["official", "abuse", "receipts"];
export const MOST_PATH: 63;
export function officialLeaf(jws: string): Uint8Array;
export function receiptsLeaf(jws: string): Promise<Uint8Array>;
export function verifyHead(head: TreeHead, keys: import("./jwks.js").JwkSet): Promise<import("./jwks.js").Jwk>;
export function shown(count: number): number | string;
export type LogName = (typeof LOG_NAMES)[number];
export type TreeHead = {
    /**
     * - the compact serialisation
     */
    text: string;
    log: LogName;
    size: number;
    root: Uint8Array;
    /**
     * - the node's claim of when
     */
    tsMs: number;
    parts: import("./jws.js").Jws;
};
