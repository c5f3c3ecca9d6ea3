/** StampedSafe: every case of the file, by code and path; then the proofs of earlier releases. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHex, utf8 } from "../src/octets.js";
import { verifyProof } from "../src/stampedsafe.js";
import { authoritiesOf } from "../src/trust.js";
import { jsonBelow, octetsOf, vectors } from "./vectors.js";

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

test("StampedSafe vectors", async () => {
  const cases = file.cases.filter((/** @type {any} */ one) => one.verb === "verify");
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
