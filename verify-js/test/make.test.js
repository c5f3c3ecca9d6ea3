/** Making proofs: the same octets as the other implementation from the same key, and a key that signs once. */

import assert from "node:assert/strict";
import { File } from "node:buffer";
import { test } from "node:test";

import { Failure } from "../src/failure.js";
import { Draft, fileMeta, freshKey, makeProof } from "../src/make.js";
import { fromBase64url, fromHex, hex, joined, utf8 } from "../src/octets.js";
import { verifyProof } from "../src/stampedsafe.js";
import { outcome, vectors } from "./vectors.js";

const PKCS8 = fromHex("302e020100300506032b657004220420");

/** The key of a seed, which only tests have. @param {string} seed */
async function keyOf(seed) {
  const secret = await crypto.subtle.importKey("pkcs8", joined(PKCS8, fromHex(seed)), "Ed25519", true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", secret);
  return {
    publicKey: fromBase64url(String(x)),
    sign: async (/** @type {Uint8Array} */ message) =>
      new Uint8Array(await crypto.subtle.sign("Ed25519", secret, message)),
  };
}

test("StampedSafe, making: 13 cases", async () => {
  const cases = vectors("stampedsafe.json").cases.filter((/** @type {any} */ one) => one.verb === "issue");
  assert.equal(cases.length, 13);
  for (const one of cases) {
    /** @type {Record<string, unknown>} */
    let told = {};
    try {
      const content = { message: one.message, file: one.file };
      const draft = await Draft.of(content, { tz: one.tz, nonce: fromHex(one.nonce), key: await keyOf(one.seed) });
      told.commitment = draft.commitment;
      const text = await (one.ta === null ? draft.selfAttested(one.t) : draft.attested(one.ta));
      told = { ...told, result: "proof", text };
    } catch (problem) {
      assert.ok(problem instanceof Failure, one.name);
      told = { result: "refused", reason: problem.code };
    }
    assert.deepEqual(told, one.outcome, one.name);
  }
});

test("a proof that is made is valid, its key is its own, and nobody can take the secret part", async () => {
  const given = { tz: "Europe/Madrid", nowMs: 1_800_000_000_000 };
  const [first, second] = await Promise.all([makeProof({ message: "one" }, given), makeProof({ message: "one" }, given)]);
  const report = await verifyProof(utf8(first));
  assert.deepEqual([report.valid, report.level, report.errors, report.warnings], [true, 1, [], []]);
  assert.notEqual(JSON.parse(first).payload.pk, JSON.parse(second).payload.pk);
  assert.deepEqual(Object.keys(await freshKey()).sort(), ["publicKey", "sign"]);
});

test("a draft signs once", async () => {
  const draft = await Draft.of({ message: "once" }, { tz: "UTC" });
  await draft.selfAttested(1);
  await assert.rejects(() => draft.selfAttested(2), /once/);
});

test("a file is hashed here, and named by what it is", async () => {
  const file = new File([new Uint8Array(1024)], "document.pdf", { type: "application/pdf" });
  const meta = await fileMeta(file);
  const hash = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
  assert.deepEqual(meta, { name: "document.pdf", size: 1024, hash, type: "application/pdf" });
  const proof = await makeProof({ file: meta }, { tz: "UTC", nowMs: 0 });
  const report = await verifyProof(utf8(proof), { fileHash: fromHex(hash) });
  assert.deepEqual([report.valid, report.fileMatches], [true, true]);
  assert.equal((await fileMeta(new File([], "x"))).type, "application/octet-stream");
  assert.equal(await outcome(() => makeProof({ file: { ...meta, name: "a/b" } }, { tz: "UTC", nowMs: 0 })), "FILE_META_INVALID");
  assert.equal(hex(utf8("é")), "c3a9");
});
