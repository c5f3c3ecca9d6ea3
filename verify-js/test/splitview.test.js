/** Two heads of one log: split views (specs/split-view.md) and consistency proofs, each of two signed checkpoints. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { JwkSet } from "../src/jwks.js";
import { judge, standing } from "../src/judge.js";
import { leafHash, nodeHash, prefixRoots, root } from "../src/merkle.js";
import { VerifierKey } from "../src/note.js";
import { base64, hex, joined, utf8 } from "../src/octets.js";
import { recognise } from "../src/recognise.js";
import { parseSplitView } from "../src/splitview.js";
import { outcome, vectors } from "./vectors.js";

const LOG = "node-abcdefghij/securestamp-main";
const { privateKey, publicKey } = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]));
const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
const KEY = joined(Uint8Array.of(1), raw);
const ID = new Uint8Array(await crypto.subtle.digest("SHA-256", joined(utf8(`${LOG}\n`), KEY))).slice(0, 4);
const keys = await JwkSet.fromJson(vectors("signal-log.json").keySets.active);
const issuer = { iss: "https://mark.example", keys, logKeys: [await VerifierKey.parse(`${LOG}+${hex(ID)}+${base64(KEY)}`)], witnesses: [], quorum: 1 };
const trust = { issuers: new Map([[issuer.iss, issuer]]), authorities: new Map() };

/** @param {number} size @param {number} [fork] - the first leaf that is another */
const leaves = (size, fork = size) =>
  Promise.all(Array.from({ length: size }, (_, at) => leafHash(utf8(`${at}${at >= fork ? " otherwise" : ""}`))));

/** @param {Uint8Array[]} hashes */
async function head(hashes) {
  const text = `${LOG}\n${hashes.length}\n${base64(await root(hashes))}\n`;
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, /** @type {BufferSource} */ (utf8(text))));
  return `${text}\n— ${LOG} ${base64(joined(ID, signature))}\n`;
}

/** How the larger tree began, RFC 9162 §2.1.4.1 with the last perfect subtree in front. @param {number} old @param {Uint8Array[]} all @returns {Promise<Uint8Array[]>} */
async function began(old, all) {
  if (old === all.length) return [await root(all)];
  const half = 2 ** Math.floor(Math.log2(all.length - 1));
  if (old <= half) return [...(await began(old, all.slice(0, half))), await root(all.slice(half))];
  return [...(await began(old - half, all.slice(half))), await root(all.slice(0, half))];
}

/** @param {unknown} value */
const octets = (value) => utf8(JSON.stringify(value));

/** @param {string[]} heads @param {Uint8Array[]} path */
const view = (heads, path) => ({ heads, kind: "frankmark-split-view", path: path.map(hex), v: 1 });

/** @param {unknown} value @param {string[]} [heads] */
const judged = (value, heads) => judge(recognise(octets(value)), { trust, nowMs: 0, heads });

test("a split view shows two histories exactly where there are two", async () => {
  for (let size = 1; size <= 12; size += 1) {
    for (let old = 1; old <= size; old += 1) {
      for (const fork of [0, old - 1, old, size]) {
        const [older, newer] = [await leaves(old), await leaves(size, fork)];
        const path = old < size ? await began(old, newer) : [];
        const { kind, error, facts } = await judged(view([await head(older), await head(newer)], path));
        assert.deepEqual([kind, facts.log, facts.sizes], ["split-view", LOG, [old, size]]);
        assert.equal(error?.code ?? "ok", fork < old ? "ok" : "CONSISTENCY_ROOT_MISMATCH", `${old} ${size} ${fork}`);
      }
    }
  }
});

test("what is no split view is refused, and one by nobody whom the person believes is undecided", async () => {
  const good = view([await head(await leaves(2)), await head(await leaves(3, 0))], await began(2, await leaves(3, 0)));
  const nobody = await judge(recognise(octets(good)), { trust: { ...trust, issuers: new Map() }, nowMs: 0 });
  assert.deepEqual([nobody.error?.code, standing(nobody)], ["ISSUER_NOT_PINNED", "undecided"]);
  const changes = [{ v: 2 }, { v: 1.5 }, { more: 1 }, { heads: good.heads.slice(1) }, { path: ["A0"] }, { path: {} }, { heads: [1, 2] }];
  for (const change of changes) {
    assert.equal(await outcome(() => parseSplitView(octets({ ...good, ...change }))), "SPLIT_VIEW_MALFORMED");
  }
  const changed = good.heads.map((text) => text.replace("securestamp", "securestomp"));
  assert.equal((await judged({ ...good, heads: changed })).error?.code, "ISSUER_NOT_PINNED");
  assert.equal((await judged({ ...good, path: good.path.slice(1) })).error?.code, "CONSISTENCY_PATH_LENGTH");
  const [one, two] = await leaves(2);
  assert.equal(await outcome(() => prefixRoots(2, 2, [])), "TREE_RANGE");
  assert.deepEqual(await prefixRoots(1, 2, [one, two]), [one, await nodeHash(one, two)]);
});

test("a consistency proof joins the heads that are at hand", async () => {
  const all = await leaves(7);
  const heads = [await head(all), await head(all.slice(0, 3)), await head(await leaves(3, 1))];
  const path = (await began(3, all)).map(hex);
  const none = await judged({ path });
  assert.deepEqual([none.kind, none.error?.code, standing(none)], ["consistency-proof", "HEADS_MISSING", "undecided"]);
  const found = await judged({ path }, heads);
  assert.deepEqual([found.error, found.issuer, found.facts.sizes], [null, issuer.iss, [3, 7]]);
  assert.equal((await judged({ path }, [heads[0], heads[2]])).error?.code, "CONSISTENCY_ROOT_MISMATCH");
  assert.equal((await judged({ path: path.slice(1) }, heads)).error?.code, "CONSISTENCY_PATH_LENGTH");
  const named = { log: "abuse", first: 3, second: 7, path, tlp: "TLP:CLEAR" };
  assert.equal((await judged(named, heads)).error?.code, "HEADS_MISSING", "these are heads of another log");
  for (const change of [{ first: "3" }, { path: ["zz"] }, { log: 1 }]) {
    assert.equal((await judged({ ...named, ...change }, heads)).error?.code, "CONSISTENCY_MALFORMED");
  }
  const nothing = await head([]);
  assert.equal((await judged({ path: [] }, [nothing, heads[0]])).error, null);
});
