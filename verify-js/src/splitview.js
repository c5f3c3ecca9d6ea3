/** Two signed heads of one log, and what shows that they belong to two histories (specs/split-view.md). */

import { Failure, malformed, unverified } from "./failure.js";
import { load } from "./json.js";
import { readHead, verifyHead } from "./logs.js";
import { Members } from "./members.js";
import { EMPTY_ROOT, prefixRoots } from "./merkle.js";
import { isHex64 } from "./model.js";
import { Checkpoint } from "./note.js";
import { fromHex, same, utf8 } from "./octets.js";

/** @typedef {import("./trust.js").Issuer} Issuer */

/**
 * @typedef {object} SplitView
 * @property {[string, string]} heads - two signed texts
 * @property {Uint8Array[]} path - how the larger tree began
 *
 * @typedef {object} SeenHead - one whose signature holds
 * @property {string} log - its name: `<node id>/…`
 * @property {bigint} size
 * @property {Uint8Array} root
 * @property {Issuer} issuer - whose log it is
 */

const KIND = "frankmark-split-view";
const CODE = "SPLIT_VIEW_MALFORMED";
const MOST_PATH = 64;

/**
 * Read a file, believing nothing.
 *
 * @param {Uint8Array} octets
 * @returns {SplitView}
 * @throws {Failure} SPLIT_VIEW_MALFORMED
 */
export function parseSplitView(octets) {
  const members = new Members(loaded(octets), "a split view", CODE);
  const [kind, version] = [members.text("kind"), members.number("v")];
  const [heads, path] = [members.list("heads", 2), members.list("path", MOST_PATH)];
  members.end();
  const texts = heads.filter((one) => typeof one === "string");
  const hashes = path.filter((one) => typeof one === "string" && isHex64(one));
  if (kind !== KIND || version !== 1 || texts.length !== 2 || hashes.length !== path.length) {
    throw members.fault(`is of the kind ${KIND}, v 1, with two heads and a path of hashes`);
  }
  return { heads: [texts[0], texts[1]], path: hashes.map((one) => fromHex(String(one))) };
}

/** @param {Uint8Array} octets */
function loaded(octets) {
  try {
    return load(octets, { exact: true });
  } catch (problem) {
    throw problem instanceof Failure ? malformed(CODE, `a split view is JSON: ${problem.detail}`) : problem;
  }
}

/**
 * A head whose log has signed it, and whose log that is; how the key stands does not matter.
 *
 * @param {string} text - a signed checkpoint, or a tree head of Signal's
 * @param {Issuer[]} issuers - whom the person believes
 * @returns {Promise<SeenHead>}
 * @throws {Failure} as `Checkpoint.parse` or `readHead`; ISSUER_NOT_PINNED, or a signature that does not hold
 */
export const seenHead = (text, issuers) => (text.includes("\n\n") ? seenCheckpoint : seenTreeHead)(text, issuers);

/** @param {string} text @param {Issuer[]} issuers @returns {Promise<SeenHead>} */
async function seenCheckpoint(text, issuers) {
  const checkpoint = Checkpoint.parse(utf8(text));
  const { origin, size, root } = checkpoint;
  for (const issuer of issuers) {
    const keys = issuer.logKeys.filter((key) => key.name === origin);
    if (keys.length === 0) continue;
    await checkpoint.verify(origin, keys);
    return { log: origin, size, root, issuer };
  }
  throw notPinned(`the log ${origin}`);
}

/** @param {string} text @param {Issuer[]} issuers @returns {Promise<SeenHead>} */
async function seenTreeHead(text, issuers) {
  const head = readHead(text);
  const kid = head.parts.kid ?? "";
  const issuer = issuers.find((one) => one.keys.get(kid) !== undefined);
  if (issuer === undefined) throw notPinned(`the key ${kid}`);
  const { nodeId } = await verifyHead(head, issuer.keys);
  return { log: `${nodeId}/signal-${head.log}`, size: BigInt(head.size), root: head.root, issuer };
}

/** @param {string} what */
const notPinned = (what) =>
  unverified("ISSUER_NOT_PINNED", `${what} is not in the trust file: neither right nor wrong`);

/**
 * Verify that two heads of one log belong to two histories.
 *
 * @param {SeenHead} one
 * @param {SeenHead} other
 * @param {Uint8Array[]} path - how the larger tree began; empty where that is not needed
 * @throws {Failure} CONSISTENCY_ROOT_MISMATCH, CHECKPOINT_ORIGIN for heads of two logs or issuers; as `prefixRoots`
 */
export async function verifySplit(one, other, path) {
  if (one.issuer.iss !== other.issuer.iss) throw unverified("CHECKPOINT_ORIGIN", "the two heads are of two issuers");
  if (one.log !== other.log) throw unverified("CHECKPOINT_ORIGIN", `${one.log} and ${other.log} are two logs`);
  const [older, newer] = one.size <= other.size ? [one, other] : [other, one];
  if (!(await areTwo(older, newer, path))) {
    throw unverified("CONSISTENCY_ROOT_MISMATCH", "the two heads are not shown to belong to two histories");
  }
}

/** @param {SeenHead} older @param {SeenHead} newer @param {Uint8Array[]} path */
async function areTwo(older, newer, path) {
  if (older.size === newer.size) return !same(older.root, newer.root);
  if (older.size === 0n) return !same(older.root, EMPTY_ROOT);
  const [first, second] = await prefixRoots(older.size, newer.size, path);
  return same(second, newer.root) && !same(first, older.root);
}
