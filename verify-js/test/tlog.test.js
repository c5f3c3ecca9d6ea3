/** Transparency logs: 116 cases; what is accepted, and with which code everything else is refused. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Checkpoint, VerifierKey } from "../src/note.js";
import { fromHex, textOf, utf8 } from "../src/octets.js";
import { TlogProof } from "../src/tlogproof.js";
import { outcome, vectors } from "./vectors.js";

const file = vectors("tlog.json");
const logKeys = [await VerifierKey.parse(file.logKey)];
const witnesses = await Promise.all(file.witnessKeys.map(VerifierKey.parse));

/** @type {Record<string, (text: string) => Promise<unknown>>} */
const FORMS = {
  checkpoint: async (text) => {
    const signed = Checkpoint.parse(utf8(text));
    assert.equal(textOf(signed.note.render()), text);
    await signed.verify(file.origin, logKeys, witnesses, file.quorum);
  },
  vkey: async (text) => assert.equal(String(await VerifierKey.parse(text)), text),
  proof: async (text) => {
    const parsed = TlogProof.parse(utf8(text));
    assert.equal(textOf(parsed.render()), text);
    await parsed.verify(fromHex(file.leafHash), { origin: file.origin, logKeys, witnesses, quorum: file.quorum });
  },
};

test("tlog vectors", async () => {
  assert.equal(file.cases.length, 116);
  /** @type {Record<string, number>} */
  const seen = {};
  for (const one of file.cases) {
    seen[one.form] = (seen[one.form] ?? 0) + 1;
    if (one.form === "tile-path") continue; // names of files; this library reads no tiles
    assert.equal(await outcome(() => FORMS[one.form](one.text)), one.outcome, one.name);
  }
  assert.deepEqual(seen, { checkpoint: 44, vkey: 18, "tile-path": 33, proof: 21 });
});
