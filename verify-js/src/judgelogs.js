/** Verifying what is about two heads of a log: that one continues the other, or that there are two histories. */

import { Failure, malformed, unverified } from "./failure.js";
import { isObject, load } from "./json.js";
import { EMPTY_ROOT, verifyConsistency } from "./merkle.js";
import { isHex64 } from "./model.js";
import { fromHex, hex, same } from "./octets.js";
import { parseSplitView, seenHead, verifySplit } from "./splitview.js";

/** @typedef {import("./judge.js").Judging} Judging @typedef {import("./splitview.js").SeenHead} SeenHead */

/**
 * @typedef {object} Path - what a node answers when it is asked for a consistency proof
 * @property {string} log - the name of one of Signal's logs; empty for the ledger
 * @property {bigint | null} first - the size of the smaller tree; null where only the path is given
 * @property {bigint | null} second
 * @property {Uint8Array[]} path
 */

const CODE = "CONSISTENCY_MALFORMED";
const MOST_PATH = 64;

/** @param {bigint} size */
const plain = (size) => (size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : String(size));

/** @param {Judging} judging @param {SeenHead} one @param {SeenHead} other */
function state(judging, one, other) {
  judging.finding.issuer = one.issuer.iss;
  judging.say({ log: one.log, sizes: [one, other].map((head) => plain(head.size)), roots: [hex(one.root), hex(other.root)] });
}

/** @param {Judging} judging @param {Uint8Array} octets */
async function splitView(judging, octets) {
  const view = parseSplitView(octets);
  const one = await seenHead(view.heads[0], judging.issuers);
  const other = await seenHead(view.heads[1], judging.issuers);
  state(judging, one, other);
  await verifySplit(one, other, view.path);
}

/** Between any two heads at hand that it can be about. @param {Judging} judging @param {Uint8Array} octets */
async function consistency(judging, octets) {
  const proof = parsePath(octets);
  const heads = await headsAtHand(judging);
  const pairs = heads.flatMap((older) =>
    heads.filter((newer) => isBetween(proof, older, newer)).map((newer) => [older, newer]),
  );
  /** @type {Failure} */
  let wrong = unverified("HEADS_MISSING", "the two signed heads that it joins are not at hand: neither right nor wrong");
  for (const [older, newer] of pairs) {
    state(judging, older, newer);
    try {
      if (older.size > 0n) await verifyConsistency(older.size, newer.size, proof.path, older.root, newer.root);
      else verifyFromNothing(older, proof.path);
      return;
    } catch (problem) {
      if (!(problem instanceof Failure)) throw problem;
      wrong = problem;
    }
  }
  throw wrong;
}

/** @param {SeenHead} older - of no leaves @param {Uint8Array[]} path */
function verifyFromNothing(older, path) {
  if (path.length > 0 || !same(older.root, EMPTY_ROOT)) {
    throw unverified("CONSISTENCY_ROOT_MISMATCH", "the tree of no leaves has one root, and needs no proof");
  }
}

/** The heads whose signatures hold; others join nothing. @param {Judging} judging @returns {Promise<SeenHead[]>} */
async function headsAtHand(judging) {
  const found = [];
  for (const text of judging.given.heads ?? []) {
    try {
      found.push(await seenHead(text, judging.issuers));
    } catch (problem) {
      if (!(problem instanceof Failure)) throw problem;
    }
  }
  return found;
}

/** @param {Path} proof @param {SeenHead} older @param {SeenHead} newer */
function isBetween({ log, first, second }, older, newer) {
  if (older.log !== newer.log || older.issuer !== newer.issuer) return false;
  if (first === null) return older.size < newer.size;
  return older.size === first && newer.size === second && older.log.endsWith(`/signal-${log}`);
}

/** @param {Uint8Array} octets @returns {Path} */
function parsePath(octets) {
  const value = load(octets, { exact: true });
  const wrong = malformed(CODE, "a consistency proof has a path of hashes, and may have log, first and second");
  if (!isObject(value) || !Array.isArray(value.path) || value.path.length > MOST_PATH) throw wrong;
  const { log = null, first = null, second = null, tlp = null, path, ...unknown } = value;
  const hashes = path.filter((one) => typeof one === "string" && isHex64(one));
  if (hashes.length !== path.length || Object.keys(unknown).length > 0) throw wrong;
  const folded = hashes.map((one) => fromHex(String(one)));
  if ([log, first, second, tlp].every((one) => one === null)) return { log: "", first: null, second: null, path: folded };
  if (typeof log !== "string" || !Number.isSafeInteger(first) || !Number.isSafeInteger(second)) throw wrong;
  return { log, first: BigInt(Number(first)), second: BigInt(Number(second)), path: folded };
}

export const LOG_STEPS = { "split-view": splitView, "consistency-proof": consistency };
