/** SHA-256 of the parts, one after the other. @param {...Uint8Array} parts @returns {Promise<Uint8Array>} */
export function sha256(...parts: Uint8Array[]): Promise<Uint8Array>;
/** The root over leaf hashes. @param {Uint8Array[]} leaves @returns {Promise<Uint8Array>} */
export function root(leaves: Uint8Array[]): Promise<Uint8Array>;
/** @typedef {bigint | number} Count - below 2^63 */
/**
 * Verify that a leaf lies in a tree (RFC 9162 §2.1.3.2).
 *
 * @param {Uint8Array} leaf - the leaf's hash
 * @param {Count} index - where it is said to lie, from 0
 * @param {Count} size - number of leaves of the tree
 * @param {Uint8Array[]} path - the proof, from the leaf's sibling up
 * @param {Uint8Array} expected - the root
 * @throws {import("./failure.js").Failure} TREE_RANGE, INCLUSION_PATH_LENGTH, INCLUSION_ROOT_MISMATCH, HASH_LENGTH
 */
export function verifyInclusion(leaf: Uint8Array, index: Count, size: Count, path: Uint8Array[], expected: Uint8Array): Promise<void>;
/**
 * Verify that one tree is the beginning of another (RFC 9162 §2.1.4.2).
 *
 * @param {Count} oldSize - at least 1: from the empty tree there is nothing to prove
 * @param {Count} newSize
 * @param {Uint8Array[]} path
 * @param {Uint8Array} oldRoot
 * @param {Uint8Array} newRoot
 * @throws {import("./failure.js").Failure} TREE_RANGE, CONSISTENCY_PATH_LENGTH, CONSISTENCY_ROOT_MISMATCH, HASH_LENGTH
 */
export function verifyConsistency(oldSize: Count, newSize: Count, path: Uint8Array[], oldRoot: Uint8Array, newRoot: Uint8Array): Promise<void>;
/**
 * The root of a tree's beginning, and the root of the tree: whoever has signed another root for that beginning has
 * signed two histories.
 *
 * @param {Count} oldSize - at least 1, and fewer than newSize
 * @param {Count} newSize
 * @param {Uint8Array[]} path - as a consistency proof, with the last perfect subtree of the beginning always in front
 * @returns {Promise<[Uint8Array, Uint8Array]>}
 * @throws {import("./failure.js").Failure} TREE_RANGE, CONSISTENCY_PATH_LENGTH, HASH_LENGTH
 */
export function prefixRoots(oldSize: Count, newSize: Count, path: Uint8Array[]): Promise<[Uint8Array, Uint8Array]>;
export const HASH_SIZE: 32;
/** The root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array<ArrayBufferLike>;
export function leafHash(data: Uint8Array): Promise<Uint8Array<ArrayBufferLike>>;
export function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Uint8Array<ArrayBufferLike>>;
/**
 * - below 2^63
 */
export type Count = bigint | number;
