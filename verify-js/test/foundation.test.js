/** The forms below every protocol, held by the same vectors as the other implementation. */

import assert from "node:assert/strict";
import { test } from "node:test";

import * as jws from "../src/jws.js";
import { JwkSet } from "../src/jwks.js";
import { dump, load } from "../src/json.js";
import { Ed25519PublicKey, P256PublicKey } from "../src/keys.js";
import { verifyConsistency, verifyInclusion } from "../src/merkle.js";
import { fromBase64, fromHex, hex, textOf, utf8 } from "../src/octets.js";
import { jsonBelow, octetsOf, outcome, vectors } from "./vectors.js";

test("canonical JSON: 84 cases", async () => {
  const { cases } = vectors("canonical.json");
  assert.equal(cases.length, 84);
  for (const one of cases) {
    const octets = fromHex(one.octets);
    if ("load" in one) assert.equal(await outcome(() => load(octets)), one.load, one.name);
    else if ("dump" in one) {
      const value = load(octets);
      assert.equal(await outcome(() => dump(value)), one.dump, one.name);
    } else assert.equal(textOf(dump(load(octets))), one.canonical, one.name);
  }
});

test("RFC 8785, its author's six documents", () => {
  for (const name of ["arrays", "french", "structures", "unicode", "values", "weird"]) {
    const canonical = dump(load(octetsOf(`third-party/rfc8785/input/${name}.json`)));
    assert.equal(textOf(canonical), textOf(octetsOf(`third-party/rfc8785/output/${name}.json`)), name);
  }
});

test("RFC 9162 proofs, the 196 cases of transparency-dev/merkle", async () => {
  const paths = ["inclusion", "consistency"].map((kind) => jsonBelow(`third-party/merkle/${kind}/`));
  assert.deepEqual(paths.map((one) => one.length), [98, 98]);
  /** @param {string | null} text */
  const octets = (text) => fromBase64(text ?? "");
  let refused = 0;
  for (const path of paths.flat()) {
    const one = vectors(path);
    const proof = (one.proof ?? []).map(octets);
    const code = await outcome(() =>
      "leafIdx" in one
        ? verifyInclusion(octets(one.leafHash), one.leafIdx, one.treeSize, proof, octets(one.root))
        : verifyConsistency(one.size1, one.size2, proof, octets(one.root1), octets(one.root2)),
    );
    assert.equal(code !== "ok", one.wantErr, path);
    refused += Number(one.wantErr);
  }
  assert.equal(refused, 184);
});

test("JSON Web Signatures: 62 cases", async () => {
  const { cases, jwk } = vectors("jws.json");
  assert.equal(cases.length, 62);
  const key = await P256PublicKey.fromJwk(jwk);
  for (const one of cases) {
    assert.equal(await outcome(async () => jws.verify(jws.parse(one.token), key)), one.outcome, one.name);
  }
});

test("key sets: 45 cases", async () => {
  const { cases } = vectors("jwks.json");
  assert.equal(cases.length, 45);
  for (const one of cases) {
    if (typeof one.outcome === "string") {
      assert.equal(await outcome(() => JwkSet.parse(utf8(one.set))), one.outcome, one.name);
    } else {
      const set = await JwkSet.parse(utf8(one.set));
      assert.deepEqual(set.keys.map((key) => [key.kid, key.status, key.countsUntilMs]), one.outcome, one.name);
    }
  }
});

test("Ed25519, the 914 edge cases of CCTV, as vectors/ed25519-policy.md decides them", async () => {
  const cases = vectors("third-party/cctv/ed25519/ed25519vectors.json");
  assert.equal(cases.length, 914);
  /** @type {Record<string, number>} */
  const ended = {};
  for (const one of cases) {
    const code = await outcome(async () => {
      const key = await Ed25519PublicKey.fromOctets(fromHex(one.key));
      await key.verify(fromHex(one.sig), utf8(one.msg));
    });
    ended[code] = (ended[code] ?? 0) + 1;
    const flags = new Set(one.flags ?? []);
    const expected = flags.has("low_order_A")
      ? ["KEY_WEAK", "KEY_MALFORMED"]
      : flags.has("non_canonical_R") || flags.has("low_order_residue")
        ? ["SIGNATURE_INVALID"]
        : ["ok"];
    assert.ok(expected.includes(code), JSON.stringify(one));
  }
  assert.deepEqual(ended, { ok: 86, KEY_WEAK: 370, KEY_MALFORMED: 156, SIGNATURE_INVALID: 302 });
});

for (const [name, count] of /** @type {const} */ ([["ed25519", 151], ["ecdsa_secp256r1_sha256_p1363", 262]])) {
  test(`Wycheproof ${name}: ${count} cases`, async () => {
    const { testGroups } = vectors(`third-party/wycheproof/${name}_test.json`);
    let seen = 0;
    for (const group of testGroups) {
      const octets = fromHex(group.publicKey.pk ?? group.publicKey.uncompressed);
      const key =
        name === "ed25519"
          ? await Ed25519PublicKey.fromOctets(octets)
          : await P256PublicKey.fromPoint(octets);
      for (const one of group.tests) {
        seen += 1;
        const code = await outcome(() => key.verify(fromHex(one.sig), fromHex(one.msg)));
        const wrong = one.sig.length === 128 ? "SIGNATURE_INVALID" : "SIGNATURE_LENGTH";
        assert.equal(code, one.result === "valid" ? "ok" : wrong, `${name} ${one.tcId}`);
      }
    }
    assert.equal(seen, count);
  });
}

test("hexadecimal both ways", () => {
  assert.equal(hex(fromHex("00ff10")), "00ff10");
});
