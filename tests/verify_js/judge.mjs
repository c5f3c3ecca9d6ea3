/** Judges what stands at standard input, and writes findings: the half of the differential test that runs in Node. */

import { readFileSync } from "node:fs";

import { Failure } from "../../verify-js/src/failure.js";
import { judge } from "../../verify-js/src/judge.js";
import { fromHex, utf8 } from "../../verify-js/src/octets.js";
import { recogniseAll } from "../../verify-js/src/recognise.js";
import { PublicSuffixes } from "../../verify-js/src/suffixes.js";
import { TlogProof } from "../../verify-js/src/tlogproof.js";
import { readTrust } from "../../verify-js/src/trust.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const suffixes = PublicSuffixes.parse(asked.suffixes);
const told = [];
const bare = (reports) => reports.map(({ valid, errors }) => [valid, errors.map((one) => one.code).sort()]);
for (const { trust, octets, nowMs, jkts, proofs } of asked.cases) {
  try {
    const given = {
      trust: await readTrust(utf8(trust)),
      nowMs,
      suffixes,
      jkts,
      timeProofs: proofs.map((one) => TlogProof.parse(utf8(one))),
    };
    const things = recogniseAll(fromHex(octets));
    if (things.length > 1) {
      told.push({ many: await Promise.all(things.map(async (one) => (await judge(one, given)).report)).then(bare) });
      continue;
    }
    const { kind, error, issuer, facts, warnings, checks, evidence = [] } = await judge(things[0], given);
    const attached = bare(evidence.map((one) => one.report));
    const about = evidence.map((one) => one.aboutReceipt);
    told.push({ kind, reason: error?.code ?? null, issuer, facts, warnings, checks: checks ?? {}, attached, about });
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    told.push({ reason: problem.code });
  }
}
process.stdout.write(JSON.stringify(told));
