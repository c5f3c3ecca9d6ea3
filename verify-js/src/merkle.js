/** Merkle trees as RFC 9162 §2.1 hashes and proves them. */

import { unverified } from "./failure.js";
import { fromHex, joined, same } from "./octets.js";

export const HASH_SIZE = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
/** The root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT = fromHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

/** SHA-256 of the parts, one after the other. @param {...Uint8Array} parts @returns {Promise<Uint8Array>} */
export async function sha256(...parts) {
  const whole = parts.length === 1 ? parts[0] : joined(...parts);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (whole)));
}

/** SHA-256(0x00 ‖ data). @param {Uint8Array} data */
export const leafHash = (data) => sha256(LEAF, data);

/** SHA-256(0x01 ‖ left ‖ right). @param {Uint8Array} left @param {Uint8Array} right */
export const nodeHash = (left, right) => sha256(NODE, left, right);

/** The root over leaf hashes. @param {Uint8Array[]} leaves @returns {Promise<Uint8Array>} */
export async function root(leaves) {
  let level = leaves;
  while (level.length > 1) {
    const pairs = [];
    for (let at = 0; at + 1 < level.length; at += 2) pairs.push(await nodeHash(level[at], level[at + 1]));
    level = level.length % 2 === 0 ? pairs : [...pairs, level[level.length - 1]];
  }
  return level.length === 1 ? level[0] : sha256(new Uint8Array());
}

/** @param {bigint} number */
const bitLength = (number) => (number === 0n ? 0 : number.toString(2).length);

/** @param {bigint} number */
const bitCount = (number) => number.toString(2).replaceAll("0", "").length;

/** @param {Uint8Array[]} hashes */
function demandHashes(hashes) {
  if (hashes.some((one) => one.length !== HASH_SIZE)) {
    throw unverified("HASH_LENGTH", `a hash has ${HASH_SIZE} octets`);
  }
}

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
export async function verifyInclusion(leaf, index, size, path, expected) {
  let at = BigInt(index);
  const last = BigInt(size) - 1n;
  if (at < 0n || at > last) throw unverified("TREE_RANGE", `a tree of ${size} leaves has no leaf ${index}`);
  demandHashes([leaf, expected, ...path]);
  const inner = bitLength(at ^ last);
  if (path.length !== inner + bitCount(at >> BigInt(inner))) {
    throw unverified("INCLUSION_PATH_LENGTH", `${path.length} hashes cannot place leaf ${index} of ${size}`);
  }
  let computed = leaf;
  for (const [step, sibling] of path.entries()) {
    const right = step >= inner || (at & 1n) === 1n;
    computed = await (right ? nodeHash(sibling, computed) : nodeHash(computed, sibling));
    at >>= 1n;
  }
  if (!same(computed, expected)) throw unverified("INCLUSION_ROOT_MISMATCH", "the proof leads to another root");
}

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
export async function verifyConsistency(oldSize, newSize, path, oldRoot, newRoot) {
  const [older, newer] = [BigInt(oldSize), BigInt(newSize)];
  if (older <= 0n || older > newer) {
    throw unverified("TREE_RANGE", `a tree of ${oldSize} leaves is not the beginning of one of ${newSize}`);
  }
  if (older === newer) return verifyTheSame(path, oldRoot, newRoot);
  demandHashes([oldRoot, newRoot, ...path]);
  let [at, last] = [older - 1n, newer - 1n];
  while ((at & 1n) === 1n) [at, last] = [at >> 1n, last >> 1n];
  const seeded = at > 0n && path.length > 0;
  const rest = seeded ? path.slice(1) : path;
  const inner = bitLength(at ^ last);
  if (path.length !== inner + bitCount(at >> BigInt(inner)) + (at > 0n ? 1 : 0)) {
    throw unverified("CONSISTENCY_PATH_LENGTH", `${path.length} hashes cannot join ${oldSize} and ${newSize} leaves`);
  }
  const [first, second] = await folded(seeded ? path[0] : oldRoot, rest, at, inner);
  if (!same(first, oldRoot) || !same(second, newRoot)) {
    throw unverified("CONSISTENCY_ROOT_MISMATCH", "the proof leads to other roots");
  }
}

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
export async function prefixRoots(oldSize, newSize, path) {
  const [older, newer] = [BigInt(oldSize), BigInt(newSize)];
  if (older <= 0n || older >= newer) throw unverified("TREE_RANGE", `a tree of ${newSize} leaves did not begin with ${oldSize}`);
  let [at, last] = [older - 1n, newer - 1n];
  while ((at & 1n) === 1n) [at, last] = [at >> 1n, last >> 1n];
  const inner = bitLength(at ^ last);
  if (path.length !== 1 + inner + bitCount(at >> BigInt(inner))) {
    throw unverified("CONSISTENCY_PATH_LENGTH", `${path.length} hashes cannot join ${oldSize} and ${newSize} leaves`);
  }
  demandHashes(path);
  return folded(path[0], path.slice(1), at, inner);
}

/** @param {Uint8Array} seed @param {Uint8Array[]} path @param {bigint} at @param {number} inner @returns {Promise<[Uint8Array, Uint8Array]>} */
async function folded(seed, path, at, inner) {
  let [first, second] = [seed, seed];
  for (const [step, sibling] of path.entries()) {
    if (step >= inner || ((at >> BigInt(step)) & 1n) === 1n) {
      first = await nodeHash(sibling, first);
      second = await nodeHash(sibling, second);
    } else {
      second = await nodeHash(second, sibling);
    }
  }
  return [first, second];
}

/** @param {Uint8Array[]} path @param {Uint8Array} oldRoot @param {Uint8Array} newRoot */
function verifyTheSame(path, oldRoot, newRoot) {
  if (path.length > 0) throw unverified("CONSISTENCY_PATH_LENGTH", "a tree is joined to itself by an empty proof");
  if (!same(oldRoot, newRoot)) throw unverified("CONSISTENCY_ROOT_MISMATCH", "one size cannot have two roots");
}
