/**
 * Signal: perimeters, statements, heads, receipts, openings and artifacts, by the vectors of the other
 * implementation.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { abuseCommitment, abuseLeaf, openingJson, parseAbuseLeaf, parseOpening, verifyOpening } from "../src/abuse.js";
import { canonicalArtifact } from "../src/artifact.js";
import { coreHash, parseCore, readStatement, verifyStatement } from "../src/counterstamp.js";
import { JwkSet } from "../src/jwks.js";
import { officialLeaf, readHead, receiptsLeaf, shown, verifyHead } from "../src/logs.js";
import { leafHash, verifyConsistency } from "../src/merkle.js";
import { VerifierKey } from "../src/note.js";
import { base64url, fromBase64url, fromHex, hex, textOf, utf8 } from "../src/octets.js";
import {
  channelOf, domainsToProve, isActive, parseBrandRecord, readPerimeter, verifyPerimeter, verifyPerimeterTime,
  verifySuccession,
} from "../src/perimeter.js";
import { claimsJson, examineReceipt, requestHash, verifyReceipt } from "../src/receipt.js";
import { PublicSuffixes } from "../src/suffixes.js";
import { TlogProof } from "../src/tlogproof.js";
import { exactly, outcome, vectors } from "./vectors.js";

/**
 * Every case of a file, by its verb; verbs that verifying does not need are named with their reason.
 *
 * @param {any} file
 * @param {number} total
 * @param {Record<string, (one: any) => unknown>} verbs
 * @param {Record<string, { count: number, because: string }>} [left]
 */
async function every(file, total, verbs, left = {}) {
  assert.equal(file.cases.length, total);
  /** @type {Record<string, number>} */
  const seen = {};
  for (const one of file.cases) {
    seen[one.verb] = (seen[one.verb] ?? 0) + 1;
    if (one.verb in left) continue;
    assert.ok(one.verb in verbs, one.verb);
    try {
      await verbs[one.verb](one);
    } catch (problem) {
      throw new Error(`${one.verb}: ${one.name}`, { cause: problem });
    }
  }
  for (const [verb, { count, because }] of Object.entries(left)) assert.equal(seen[verb], count, because);
}

/** @param {any} file */
async function keysAndTrust(file) {
  /** @type {Record<string, JwkSet>} */
  const keySets = {};
  for (const [name, set] of Object.entries(file.keySets)) keySets[name] = await JwkSet.fromJson(/** @type {any} */ (set));
  const trust = {
    origin: file.trust.origin,
    logKeys: await Promise.all(file.trust.logKeys.map(VerifierKey.parse)),
    witnesses: await Promise.all(file.trust.witnesses.map(VerifierKey.parse)),
    quorum: file.trust.quorum,
  };
  /** @param {any} one */
  const timeOf = (one) => (one.proof ? { proof: TlogProof.parse(utf8(one.proof)), trust } : null);
  return { keySets, timeOf };
}

test("perimeters: 164 cases", async () => {
  const file = vectors("signal-perimeter.json");
  const suffixes = PublicSuffixes.parse(file.suffixes);
  /** @param {string} text */
  const read = (text) => readPerimeter(text, suffixes);
  await every(file, 164, {
    read: async (one) => {
      const code = await outcome(() => read(one.jws));
      assert.equal(code, one.outcome.reason ?? "ok");
      if (code !== "ok") return;
      const document = await read(one.jws);
      const told = { payload: textOf(document.parts.payload), digest: document.digest, jkt: document.key.thumbprint };
      assert.deepEqual(told, one.outcome);
    },
    verify: async (one) => {
      const code = await outcome(async () => verifyPerimeter(await read(one.jws), one.jkt));
      assert.equal(code, one.outcome.reason ?? "ok");
    },
    succession: async (one) => {
      const [next, previous] = [await read(one.jws), one.previous ? await read(one.previous) : null];
      assert.equal(await outcome(() => verifySuccession(next, previous)), one.outcome.reason ?? "ok");
    },
    active: async (one) => {
      const document = await read(one.jws);
      assert.equal(isActive(document, one.now), one.outcome.active);
      const code = await outcome(() => verifyPerimeterTime(document, one.now));
      assert.equal(code, one.outcome.active ? "ok" : "PERIMETER_TIME");
    },
    inside: async (one) => assert.deepEqual(channelOf(await read(one.jws), one.artifact), one.outcome.channel),
    prove: async (one) => assert.deepEqual(domainsToProve(await read(one.jws)), one.outcome.domains),
    record: async (one) => {
      const code = await outcome(() => parseBrandRecord(fromBase64url(one.octets)));
      assert.equal(code, one.outcome.reason ?? "ok");
      if (code === "ok") assert.equal(parseBrandRecord(fromBase64url(one.octets)), one.outcome.jkt);
    },
  });
});

test("counter-stamps: the 53 of 245 cases that verifying needs", async () => {
  const file = exactly("signal-counterstamp.json");
  const suffixes = PublicSuffixes.parse(file.suffixes);
  const node = "a counter-stamp moves at its node, which applies the table; a verifier sees the signed outcome";
  await every(file, 245, {
    core: async (one) => {
      const code = await outcome(() => parseCore(one.core, suffixes));
      assert.equal(code, one.outcome.reason ?? "ok");
      if (code === "ok") assert.equal(await coreHash(parseCore(one.core, suffixes)), one.outcome.hash);
    },
    statement: async (one) => {
      const { before } = one;
      const standing = { ...before, core: parseCore(before.core, suffixes) };
      const given = { jkt: one.jkt, log: one.log, nowS: one.now };
      const code = await outcome(async () => verifyStatement(await readStatement(one.jws), standing, given));
      assert.equal(code, one.outcome.reason ?? "ok");
    },
  }, {
    open: { count: 6, because: node },
    move: { count: 169, because: node },
    expiry: { count: 10, because: node },
    evidence: { count: 7, because: "evidence stays at the node; only its digests are in its database" },
  });
});

test("logs: 115 cases", async () => {
  const file = exactly("signal-log.json");
  const { keySets, timeOf } = await keysAndTrust(file);
  const leaves = { official: officialLeaf, receipts: receiptsLeaf };
  await every(file, 115, {
    head: async (one) => {
      const code = await outcome(() => verifyHead(readHead(one.jws), keySets[one.keys]));
      assert.equal(code, one.outcome.reason ?? "ok");
    },
    leaf: async (one) => {
      const leaf = await leaves[/** @type {keyof typeof leaves} */ (one.log)](one.text);
      assert.equal(base64url(leaf), one.outcome.leaf);
      assert.equal(hex(await leafHash(leaf)), one.outcome.hash);
    },
    commitment: async (one) => {
      const salt = fromHex(one.salt);
      const leaf = await abuseLeaf(salt, one.detail);
      assert.equal(await abuseCommitment(salt, one.detail), one.outcome.c);
      assert.equal(textOf(leaf), one.outcome.leaf);
      assert.equal(parseAbuseLeaf(leaf).c, one.outcome.c);
    },
    abuseLeaf: async (one) => {
      const code = await outcome(() => parseAbuseLeaf(fromBase64url(one.octets)));
      assert.equal(code, one.outcome.reason ?? "ok");
    },
    opening: async (one) => {
      const code = await outcome(async () => {
        const opening = parseOpening(one.opening);
        assert.deepEqual(plain(openingJson(opening)), plain(one.opening));
        await verifyOpening(opening, keySets[one.keys], timeOf(one));
      });
      assert.equal(code, one.outcome.reason ?? "ok");
    },
    consistency: async (one) => {
      const [first, second] = [fromHex(one.firstRoot), fromHex(one.secondRoot)];
      const path = one.path.map(fromHex);
      const code = await outcome(() => verifyConsistency(one.first, one.second, path, first, second));
      assert.equal(code, one.outcome.reason ?? "ok");
    },
    shown: async (one) => assert.equal(shown(one.count), one.outcome.shown),
  });
});

/** @param {unknown} value */
const plain = (value) => JSON.parse(JSON.stringify(value));

test("receipts: 115 cases", async () => {
  const file = vectors("signal-receipt.json");
  const { keySets, timeOf } = await keysAndTrust(file);
  await every(file, 115, {
    verify: async (one) => {
      const code = await outcome(() => verifyReceipt(one.jws, keySets[one.keys], timeOf(one)));
      assert.equal(code, one.outcome.reason ?? "ok");
      if (code !== "ok") return;
      const { claims, parts } = await verifyReceipt(one.jws, keySets[one.keys], timeOf(one));
      assert.deepEqual(plain(claimsJson(claims)), JSON.parse(textOf(parts.payload) ?? ""));
    },
    examine: async (one) => {
      const { valid, failure, checks } = await examineReceipt(one.jws, keySets[one.keys], timeOf(one));
      assert.deepEqual({ valid, reason: failure?.code ?? null, checks }, one.outcome);
    },
    request: async (one) => assert.equal(await requestHash(one.brand, one.artifact, one.nonce), one.outcome.req),
  });
});

test("artifacts: the 158 of 185 cases that verifying needs", async () => {
  const file = vectors("signal-artifact.json");
  const suffixes = PublicSuffixes.parse(file.suffixes);
  await every(file, 185, {
    canonical: async (one) => {
      const code = await outcome(() => canonicalArtifact(one.type, one.input, suffixes));
      assert.equal(code, one.outcome.reason ?? "ok");
      if (code === "ok") assert.equal(canonicalArtifact(one.type, one.input, suffixes).value, one.outcome.value);
    },
  }, {
    subject: { count: 27, because: "what somebody asks is read by whoever answers; a signed object names its artifact" },
  });
});
