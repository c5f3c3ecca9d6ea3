/** Stamp tokens and ledger entries, held by the same vectors as the other implementation. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseAsset } from "../src/assets.js";
import { JwkSet } from "../src/jwks.js";
import { P256PublicKey } from "../src/keys.js";
import { checkCommitment, parseEntry, txHash, verifyEntry } from "../src/ledger.js";
import { fromHex, utf8 } from "../src/octets.js";
import { parseToken, verifyDomain, verifyToken } from "../src/token.js";
import { outcome, vectors } from "./vectors.js";

test("stamp tokens: 98 cases", async () => {
  const { cases, keySets } = vectors("token.json");
  assert.equal(cases.length, 98);
  const seen = { verify: 0, domain: 0, issue: 0 };
  for (const one of cases) {
    seen[/** @type {keyof typeof seen} */ (one.verb)] += 1;
    if (one.verb === "domain") {
      const { claims } = parseToken(one.token);
      const code = await outcome(() => verifyDomain(claims, one.domain));
      assert.equal(code, one.outcome.reason ?? "ok", one.name);
    } else if (one.verb === "verify") {
      const keys = await JwkSet.parse(utf8(JSON.stringify(keySets[one.keys])));
      const code = await outcome(() => verifyToken(one.token, keys, one.now));
      assert.equal(code, one.outcome.reason ?? "ok", one.name);
      if (code === "ok") assert.deepEqual((await verifyToken(one.token, keys, one.now)).claims, one.outcome.claims);
    }
  }
  assert.deepEqual(seen, { verify: 88, domain: 8, issue: 2 }, "only an issuer has the key to issue with");
});

test("ledger entries: 20 good, 32 bad, 46 bad assets, 7 false signatures", async () => {
  const file = vectors("ledger-entry.json");
  const { entries, badEntries, badAssets, badSignatures } = file;
  assert.deepEqual([entries, badEntries, badAssets, badSignatures].map((one) => one.length), [20, 32, 46, 7]);
  const key = await P256PublicKey.fromJwk(file.key);
  for (const one of file.entries) {
    const octets = utf8(one.entry);
    const entry = parseEntry(octets);
    assert.equal(await txHash(octets), one.txHash, one.name);
    parseAsset(entry.type, one.asset);
    await checkCommitment(entry, one.asset, fromHex(one.salt));
    await verifyEntry(octets, one.entrySig, key);
    assert.equal(await outcome(() => checkCommitment(entry, one.asset, new Uint8Array(16))), "ASSET_MISMATCH");
  }
  for (const one of file.badEntries) {
    const octets = Uint8Array.from(one.octets, (/** @type {string} */ letter) => letter.charCodeAt(0));
    assert.equal(await outcome(() => parseEntry(octets)), one.reason, one.name);
  }
  for (const one of badAssets) {
    assert.equal(await outcome(() => parseAsset(one.type, one.asset)), one.reason, one.name);
  }
  for (const one of file.badSignatures) {
    assert.equal(await outcome(() => verifyEntry(utf8(one.entry), one.entrySig, key)), "ENTRY_SIGNATURE", one.name);
  }
});
