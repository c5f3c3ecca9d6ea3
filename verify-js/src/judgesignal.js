/** Verifying the things of Signal by themselves: receipts, tree heads, perimeters, statements, openings. */

import { parseOpening, verifyOpening } from "./abuse.js";
import { readStatement } from "./counterstamp.js";
import { malformed, unverified } from "./failure.js";
import { dump, isObject, load } from "./json.js";
import { readHead, verifyHead } from "./logs.js";
import { LEVELS } from "./model.js";
import { hex, utf8 } from "./octets.js";
import { readPerimeter, verifyPerimeterTime } from "./perimeter.js";
import { examineReceipt, readReceipt } from "./receipt.js";
import { verifyByBrand } from "./signed.js";
import { latin1 } from "./taglist.js";
import { timeText } from "./time.js";
import { TlogProof } from "./tlogproof.js";

/** @typedef {import("./judge.js").Judging} Judging @typedef {import("./trust.js").Issuer} Issuer */
/** @typedef {import("./keytime.js").TimeProof} TimeProof */

const LONGEST = 2 * 1_048_576;
const MOST_EVIDENCE = 100;

/** @param {number} seconds */
const instant = (seconds) => timeText(seconds * 1000);

/** @param {Judging} judging @param {Uint8Array} octets - the compact text, or what a node serves */
async function receipt(judging, octets) {
  const { text, proofs } = receiptIn(octets);
  const { claims, parts } = await readReceipt(text);
  judging.say({
    id: claims.jti,
    iss: claims.iss,
    statedAt: instant(claims.iat),
    fact: claims.fact,
    signalLevel: LEVELS[claims.fact],
    artifact: claims.artifact,
    brand: claims.brand,
    attribution: claims.attribution,
    signals: claims.signals,
    perimeterSeq: claims.perimeter?.seq ?? null,
    counterStamp: claims.counterStamp,
    nonce: claims.nonce,
    treeSize: claims.head.size,
    root: hex(claims.head.root),
    kid: parts.kid,
  });
  const issuer = judging.believed(judging.issuerOf(claims.iss, null), claims.iss);
  for (const time of [...timesOf(judging, issuer, proofs), null]) {
    const { valid, failure, checks } = await examineReceipt(text, issuer.keys, time);
    judging.finding.checks = checks;
    judging.finding.error = failure;
    if (valid) return;
  }
}

/** @param {Uint8Array} octets @returns {{ text: string, proofs: TlogProof[] }} */
function receiptIn(octets) {
  const bare = latin1(octets);
  if (!bare.startsWith("{")) return { text: bare, proofs: [] };
  const served = servedIn(octets);
  const proofs = typeof served.proof === "string" ? [TlogProof.parse(utf8(served.proof))] : [];
  return { text: served.receipt, proofs };
}

/** @param {Uint8Array} octets @returns {import("./json.js").JsonObject & { receipt: string }} */
function servedIn(octets) {
  const served = load(octets, { maxBytes: LONGEST });
  if (!isObject(served) || typeof served.receipt !== "string") {
    throw malformed("RECEIPT_MALFORMED", "a node serves a receipt in the member receipt");
  }
  return { ...served, receipt: served.receipt };
}

/**
 * What is attached to a receipt: `{"receipt":…,"evidence":[…]}`.
 *
 * @param {Uint8Array} octets
 * @returns {{ receipt: Uint8Array, pieces: Uint8Array[] }} the receipt's own octets, and the canonical ones of each object
 * @throws {import("./failure.js").Failure} RECEIPT_MALFORMED
 */
export function evidenceIn(octets) {
  if (!latin1(octets.subarray(0, 1)).startsWith("{")) return { receipt: octets, pieces: [] };
  const { receipt: text, evidence = [] } = servedIn(octets);
  if (!Array.isArray(evidence) || evidence.length > MOST_EVIDENCE || !evidence.every(isObject)) {
    throw malformed("RECEIPT_MALFORMED", `evidence is an array of at most ${MOST_EVIDENCE} objects`);
  }
  return { receipt: utf8(text), pieces: evidence.map((one) => dump(one)) };
}

/**
 * What can show that something existed before a key ended: proofs by logs of the issuer's own.
 *
 * @param {Judging} judging
 * @param {Issuer} issuer
 * @param {TlogProof[]} [carried]
 * @returns {TimeProof[]}
 */
function timesOf(judging, { logKeys, witnesses, quorum }, carried = []) {
  return [...carried, ...(judging.given.timeProofs ?? [])].map((proof) => {
    const { origin } = proof.checkpoint;
    const keys = logKeys.filter((key) => key.name === origin);
    return { proof, trust: { origin, logKeys: keys, witnesses, quorum } };
  });
}

/** @param {Judging} judging @param {Uint8Array} octets */
async function signalHead(judging, octets) {
  const head = readHead(latin1(octets));
  judging.say({
    log: head.log,
    treeSize: head.size,
    root: hex(head.root),
    statedAt: timeText(head.tsMs),
    kid: head.parts.kid,
  });
  const issuer = judging.believed(judging.ownerOf(head.parts.kid ?? ""), `the key ${head.parts.kid}`);
  const key = await verifyHead(head, issuer.keys);
  if (key.countsUntilMs !== null) {
    throw unverified("KEY_TIME_UNPROVEN", "its key has ended, and a head by itself proves no time");
  }
}

/** @param {Judging} judging @param {Uint8Array} octets */
async function perimeter(judging, octets) {
  const { suffixes } = judging.given;
  if (suffixes === undefined) throw malformed("THING_UNKNOWN", "perimeters are read with the Public Suffix List");
  const found = await readPerimeter(latin1(octets), suffixes);
  judging.say({
    brand: { id: found.brand, name: found.name, domain: found.domain },
    seq: found.seq,
    prev: found.prev,
    statedAt: instant(found.iat),
    endsAt: instant(found.exp),
    channels: found.channels,
    jkt: found.key.thumbprint,
    digest: found.digest,
  });
  await verifyByBrand(found.parts, found.key);
  demandPublished(judging, found.key.thumbprint);
  verifyPerimeterTime(found, Math.floor(judging.given.nowMs / 1000));
}

/** @param {Judging} judging @param {Uint8Array} octets */
async function statement(judging, octets) {
  const found = await readStatement(latin1(octets));
  judging.say({
    core: found.core,
    version: found.version,
    log: found.log,
    statedAt: instant(found.iat),
    jkt: found.key.thumbprint,
  });
  await verifyByBrand(found.parts, found.key);
  demandPublished(judging, found.key.thumbprint);
}

/**
 * Check that a brand's key is one that a record which the person brought publishes.
 *
 * @param {Judging} judging
 * @param {string} own
 */
function demandPublished(judging, own) {
  const jkts = judging.given.jkts ?? [];
  if (jkts.length === 0) {
    const detail = "only the TXT record of the brand's domain says whether this is its key: neither right nor wrong";
    throw unverified("KEY_NOT_PINNED", detail);
  }
  if (!jkts.includes(own)) {
    throw unverified("BRAND_KEY_MISMATCH", "the record at hand publishes another key than the one in the header");
  }
}

/** @param {Judging} judging @param {Uint8Array} octets */
async function opening(judging, octets) {
  const value = load(octets, { exact: true });
  const found = parseOpening(isObject(value) && isObject(value.opening ?? null) ? value.opening : value);
  const { detail, head } = found;
  judging.say({
    counterStamp: detail.cs,
    from: detail.from,
    to: detail.to,
    version: detail.version,
    actorRole: detail.actorRole,
    brandId: detail.brand,
    artifact: detail.artifact,
    reasonCode: detail.reasonCode,
    statedAt: instant(detail.at),
    leafIndex: found.leafIndex,
    treeSize: head.size,
    kid: head.parts.kid,
  });
  const issuer = judging.believed(judging.ownerOf(head.parts.kid ?? ""), `the key ${head.parts.kid}`);
  const times = [...timesOf(judging, issuer), null];
  for (const [at, time] of times.entries()) {
    try {
      await verifyOpening(found, issuer.keys, time);
      return;
    } catch (problem) {
      if (at === times.length - 1) throw problem;
    }
  }
}

export const SIGNAL_STEPS = {
  receipt,
  "signal-head": signalHead,
  perimeter,
  "counterstamp-statement": statement,
  "abuse-opening": opening,
};
