/** Judges what stands at standard input, and writes findings: the half of the differential test that runs in Node. */

import { readFileSync } from "node:fs";

import { Failure } from "../../verify-js/src/failure.js";
import { judge } from "../../verify-js/src/judge.js";
import { fromHex, utf8 } from "../../verify-js/src/octets.js";
import { recognise } from "../../verify-js/src/recognise.js";
import { PublicSuffixes } from "../../verify-js/src/suffixes.js";
import { TlogProof } from "../../verify-js/src/tlogproof.js";
import { readTrust } from "../../verify-js/src/trust.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const suffixes = PublicSuffixes.parse(asked.suffixes);
const told = [];
for (const { trust, octets, nowMs, jkts, proofs } of asked.cases) {
  try {
    const given = {
      trust: await readTrust(utf8(trust)),
      nowMs,
      suffixes,
      jkts,
      timeProofs: proofs.map((one) => TlogProof.parse(utf8(one))),
    };
    const { kind, error, issuer, facts, warnings, checks } = await judge(recognise(fromHex(octets)), given);
    told.push({ kind, reason: error?.code ?? null, issuer, facts, warnings, checks: checks ?? {} });
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    told.push({ reason: problem.code });
  }
}
process.stdout.write(JSON.stringify(told));
