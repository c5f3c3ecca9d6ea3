/** StampedSafe: every case of the file, by code and path; then the proofs of earlier releases. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { judge, standing } from "../src/judge.js";
import { sha256 } from "../src/merkle.js";
import { fromHex, hex, textOf, utf8 } from "../src/octets.js";
import { recogniseAll } from "../src/recognise.js";
import { verifyProof } from "../src/stampedsafe.js";
import { authoritiesOf, noTrust } from "../src/trust.js";
import { Draft } from "../src/make.js";
import { jsonBelow, octetsOf, outcome, vectors } from "./vectors.js";

const file = vectors("stampedsafe.json");

/** A report without the sentences, which are each implementation's own. @param {any} told */
const bare = (told) => ({
  ...told,
  errors: told.errors.map((/** @type {any} */ one) => `${one.code} ${one.path}`).sort(),
  warnings: [...told.warnings].sort(),
});

/** @param {any} one */
function octets(one) {
  const given = "octets" in one ? fromHex(one.octets) : utf8(one.text);
  const padded = new Uint8Array(Math.max(given.length, one.padded ?? 0)).fill(0x20);
  padded.set(given);
  return padded;
}

/** Verbs that verifying does not need, each with its reason. @type {Record<string, { count: number, because: string }>} */
const LEFT = {
  issue: { count: 13, because: "making has a test of its own, make.test.js" },
  attest: { count: 7, because: "only a time authority has the key to attest; a verifier sees what it signed" },
};

test("StampedSafe vectors: the 384 of 404 cases that verifying needs", async () => {
  assert.equal(file.cases.length, 404);
  /** @param {string} verb */
  const of = (verb) => file.cases.filter((/** @type {any} */ one) => one.verb === verb);
  for (const [verb, { count, because }] of Object.entries(LEFT)) assert.equal(of(verb).length, count, because);
  const cases = of("verify");
  assert.equal(cases.length, 384);
  const authorities = await authoritiesOf(file.authorities);
  for (const one of cases) {
    const fileHash = "fileHash" in one ? fromHex(one.fileHash) : null;
    const report = await verifyProof(octets(one), { authorities, fileHash });
    assert.deepEqual(bare(report), bare(one.outcome), one.name);
  }
});

test("the corpus of release 1.0 verifies", async () => {
  const proofs = jsonBelow("corpus/stampedsafe-1.0/proofs/");
  assert.equal(proofs.length, 24);
  for (const name of proofs) assert.equal((await verifyProof(octetsOf(name))).valid, true, name);
});

const given = { trust: noTrust(), nowMs: 0 };
const proofs = jsonBelow("corpus/stampedsafe-1.0/proofs/").map((name) => textOf(octetsOf(name)) ?? "");

test("a file of many proofs: an array, or one a line; one that is broken spoils no other", async () => {
  const lines = proofs.map((text) => JSON.stringify(JSON.parse(text)));
  const broken = [...lines.slice(0, 3), lines[3].replace('"Ed25519+SHA256"', '"none"'), ...lines.slice(4)];
  for (const text of [`[${broken.join(",\n")}]`, `${broken.join("\n")}\n`, ` [ ${broken.join(" , ")} ] `]) {
    const things = recogniseAll(utf8(text));
    assert.equal(things.length, 24);
    const findings = await Promise.all(things.map((thing) => judge(thing, given)));
    assert.deepEqual(findings.map((one) => standing(one) === "invalid"), broken.map((_, at) => at === 3));
  }
  assert.equal(recogniseAll(utf8(proofs[0])).length, 1);
  for (const text of [`[${lines[0]}`, `[${lines[0]},]`, `[${lines[0]}] more`, `[,${lines[0]}]`]) {
    assert.equal(await outcome(() => recogniseAll(utf8(text))), "JSON_INVALID", text.slice(-9));
  }
});

test("proofs that are attached to a receipt, about it or about something else", async () => {
  const [{ jws }] = vectors("signal-receipt.json").cases.filter((/** @type {any} */ one) => one.name === "inside");
  const meta = { name: "receipt", size: jws.length, hash: hex(await sha256(utf8(jws))), type: "application/jose" };
  const own = JSON.parse(await (await Draft.of({ file: meta }, { tz: "UTC" })).selfAttested(1));
  /** @param {unknown} evidence */
  const judged = (evidence) => judge(recogniseAll(utf8(JSON.stringify({ receipt: jws, evidence })))[0], given);
  const found = await judged([own, JSON.parse(proofs[0]), { ...own, id: "0".repeat(64) }]);
  assert.deepEqual([found.kind, found.error?.code], ["receipt", "ISSUER_NOT_PINNED"]);
  assert.deepEqual(found.evidence?.map((one) => one.aboutReceipt), [true, false, false]);
  assert.deepEqual(found.evidence?.map((one) => one.error === null), [true, true, false]);
  for (const evidence of [[1], {}, Array(101).fill(own)]) {
    assert.equal((await judged(evidence)).error?.code, "RECEIPT_MALFORMED");
  }
});
