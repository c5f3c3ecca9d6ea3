/** Proofs made and verified a second; run by bench/verify_js.py in Node, and the same steps in Chromium. */

import { makeProof } from "../verify-js/src/make.js";
import { utf8 } from "../verify-js/src/octets.js";
import { verifyProof } from "../verify-js/src/stampedsafe.js";

const COUNT = 256;
const ROUNDS = 5;

/** Calls a second of wall time, the best of some rounds. */
async function rate(step, seconds) {
  let best = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = performance.now();
    let calls = 0;
    while (performance.now() - begun < seconds * 1000) {
      for (let at = 0; at < 16; at += 1) await step(calls + at);
      calls += 16;
    }
    best = Math.max(best, (calls * 1000) / (performance.now() - begun));
  }
  return Math.round(best);
}

export async function measured(seconds = 0.6) {
  const proofs = [];
  for (let at = 0; at < COUNT; at += 1) {
    proofs.push(utf8(await makeProof({ message: `Message ${at}` }, { tz: "UTC", nowMs: 1_800_000_000_000 })));
  }
  const reports = await Promise.all(proofs.map((one) => verifyProof(one)));
  if (!reports.every((one) => one.valid)) throw new Error("a proof that was made is not valid");
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const digest = new Uint8Array(32);
  const signature = await crypto.subtle.sign("Ed25519", pair.privateKey, digest);
  return {
    make_per_s: await rate((at) => makeProof({ message: `Message ${at}` }, { tz: "UTC", nowMs: at }), seconds),
    verify_per_s: await rate((at) => verifyProof(proofs[at % COUNT]), seconds),
    bare_keygen_and_sign_per_s: await rate(async () => {
      const fresh = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
      await crypto.subtle.exportKey("raw", fresh.publicKey);
      await crypto.subtle.sign("Ed25519", fresh.privateKey, digest);
    }, seconds),
    bare_verify_per_s: await rate(() => crypto.subtle.verify("Ed25519", pair.publicKey, signature, digest), seconds),
  };
}

if (typeof process !== "undefined" && process.argv[1]?.endsWith("verify_js.mjs")) {
  process.stdout.write(JSON.stringify({ version: process.version, ...(await measured()) }));
}
