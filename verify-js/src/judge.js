/**
 * Verifying a thing by itself: what it carries, whom the person believes, and the time; nobody is ever asked.
 *
 * Nothing is believed because the thing carries it: issuer, keys, logs and witnesses come from the trust.
 */

import { Failure, malformed, unverified } from "./failure.js";
import { isObject } from "./json.js";
import { LOG_STEPS } from "./judgelogs.js";
import { SIGNAL_STEPS, evidenceIn } from "./judgesignal.js";
import { parseEntry, txHash, verifyEntry } from "./ledger.js";
import { leafHash, sha256 } from "./merkle.js";
import { Checkpoint } from "./note.js";
import { hex } from "./octets.js";
import { loadProof } from "./proofform.js";
import { verifyProof } from "./stampedsafe.js";
import { latin1, parseHeader, parseRecord, parseVerifyUrl } from "./taglist.js";
import { timeText } from "./time.js";
import { TlogProof } from "./tlogproof.js";
import { parseToken, signerOf, verifyTime } from "./token.js";
import { parseTransaction } from "./transaction.js";

/** @typedef {import("./json.js").Json} Json @typedef {import("./trust.js").Issuer} Issuer */
/** @typedef {import("./recognise.js").Kind} Kind @typedef {import("./recognise.js").Thing} Thing */
/** @typedef {import("./stampedsafe.js").Report} Report */

/**
 * @typedef {object} Given - what the person brings along
 * @property {import("./trust.js").Trust} trust
 * @property {number} nowMs
 * @property {import("./suffixes.js").PublicSuffixes} [suffixes] - for perimeters
 * @property {string[]} [jkts] - thumbprints that brands' TXT records publish, for perimeters and statements
 * @property {TlogProof[]} [timeProofs] - that logs held receipts and openings, for keys that have ended
 * @property {string[]} [heads] - signed heads at hand, for proofs that one continues another
 * @property {Uint8Array | null} [fileHash] - SHA-256 of the file that a proof may be about
 *
 * @typedef {object} Finding
 * @property {Kind} kind
 * @property {Failure | null} error - the first thing that does not hold
 * @property {string} issuer - whose it is, by the trust; empty if nobody's in it
 * @property {Record<string, Json>} facts - what it says; proven only if there is no error
 * @property {string[]} warnings - what a careful reader wants to know although it holds
 * @property {Record<string, boolean>} [checks] - of a receipt
 * @property {Report} [report] - of a StampedSafe proof
 * @property {Finding[]} [evidence] - of a receipt, what came of the proofs that are attached to it
 * @property {boolean} [aboutReceipt] - of an attached proof, whether it is about the receipt itself
 */

const HEADER = "x-securestamp:";
const LAST_MS = 253_402_300_799_999;
const UNDECIDED = ["ISSUER_NOT_PINNED", "KEY_NOT_PINNED", "KEY_TIME_UNPROVEN", "HEADS_MISSING"];

/**
 * Verify a thing.
 *
 * @param {Thing} thing
 * @param {Given} given
 * @returns {Promise<Finding>} whatever is wrong with the thing is in it and not thrown
 */
export async function judge(thing, given) {
  const judging = new Judging(thing.kind, given);
  await judging.orError(() => STEPS[thing.kind](judging, thing.octets));
  if (thing.kind === "receipt") {
    await judging.orError(async () => {
      judging.finding.evidence = await attached(thing.octets, given);
    });
  }
  return judging.finding;
}

/**
 * Verify the proofs that are attached to a receipt, each by itself.
 *
 * @param {Uint8Array} octets
 * @param {Given} given
 * @returns {Promise<Finding[]>}
 */
async function attached(octets, given) {
  const { receipt, pieces } = evidenceIn(octets);
  const own = hex(await sha256(receipt));
  const found = [];
  for (const piece of pieces) {
    const finding = await judge({ kind: "stampedsafe-proof", octets: piece }, { ...given, fileHash: null });
    const { file = null } = finding.facts;
    found.push({ ...finding, aboutReceipt: isObject(file) && file.hash === own });
  }
  return found;
}

/**
 * What a finding comes to: neither right nor wrong where only trust or a proof of time is missing.
 *
 * @param {Finding} finding
 * @returns {"valid" | "limited" | "undecided" | "invalid"}
 */
export function standing({ error, report }) {
  if (error !== null) return UNDECIDED.includes(error.code) ? "undecided" : "invalid";
  if (report === undefined) return "valid";
  const less = report.timeBinding === "not-before" || report.errors.length > 0;
  return less || report.warnings.includes("LEVEL_UNPROVEN") ? "limited" : "valid";
}

/** @type {Record<Kind, (judging: Judging, octets: Uint8Array) => Promise<void>>} */
const STEPS = {
  "stamp-token": (judging, octets) => judging.token(octets),
  "ledger-entry": (judging, octets) => judging.transaction(octets),
  "inclusion-proof": (judging, octets) => judging.proof(octets),
  "tree-head": (judging, octets) => judging.head(octets),
  ...SIGNAL_STEPS,
  ...LOG_STEPS,
  "stampedsafe-proof": (judging, octets) => judging.stampedSafe(octets),
};

/** Looks at one thing; what it found before something did not hold stays readable. */
export class Judging {
  /** @param {Kind} kind @param {Given} given */
  constructor(kind, given) {
    this.given = given;
    this.issuers = [...given.trust.issuers.values()];
    /** @type {Finding} */
    this.finding = { kind, error: null, issuer: "", facts: {}, warnings: [] };
  }

  /** @param {() => Promise<void>} step */
  async orError(step) {
    try {
      await step();
    } catch (problem) {
      if (!(problem instanceof Failure)) throw problem;
      this.finding.error = problem;
    }
  }

  /** @param {Record<string, Json>} facts */
  say(facts) {
    Object.assign(this.finding.facts, facts);
  }

  /** @param {Issuer | undefined} issuer @param {string} what @returns {Issuer} */
  believed(issuer, what) {
    if (issuer === undefined) {
      throw unverified("ISSUER_NOT_PINNED", `${what} is not in the trust file: neither right nor wrong`);
    }
    this.finding.issuer = issuer.iss;
    return issuer;
  }

  /** @param {Uint8Array} octets */
  async token(octets) {
    const carried = tokenIn(octets, this.finding.warnings);
    const { claims, parts } = parseToken(carried.token);
    this.say({
      stampId: claims.stampId,
      domain: claims.domain,
      orgId: claims.orgId || null,
      scoreAtIssuance: claims.score,
      issuedAt: claims.iat === null ? null : timeText(claims.iat * 1000),
      expiresAt: timeText(claims.exp * 1000),
      iss: claims.iss || null,
    });
    const issuer = this.believed(this.issuerOf(claims.iss, parts.kid), claims.iss || "the token's issuer");
    const key = await signerOf(parts, issuer.keys);
    this.say({ kid: key.kid });
    if (key.status === "compromised") throw unverified("KEY_COMPROMISED", "the key that signed it is compromised");
    if (key.status === "retired") {
      const detail = "its key is retired, and a token proves no time: the stamp is to be renewed and published anew";
      throw unverified("KEY_TIME_UNPROVEN", detail);
    }
    verifyTime(claims, Math.floor(this.given.nowMs / 1000));
    if (carried.origin !== "" && !this.given.trust.issuers.has(carried.origin)) {
      throw unverified("UNTRUSTED_ISSUER", `its URL is at ${carried.origin}, which is not in the trust file`);
    }
    if (carried.stampId !== "" && carried.stampId !== claims.stampId) {
      throw unverified("STAMP_MISMATCH", "the record names another stamp than its token");
    }
  }

  /**
   * One without `iss` is placed by its key's id, else by being pinned alone.
   *
   * @param {string} iss
   * @param {string | null} kid
   */
  issuerOf(iss, kid) {
    if (iss !== "") return this.given.trust.issuers.get(iss.replace(/\/+$/, ""));
    if (kid !== null) return this.ownerOf(kid);
    return this.issuers.length === 1 ? this.issuers[0] : undefined;
  }

  /** @param {string} kid */
  ownerOf(kid) {
    return this.issuers.find((one) => one.keys.get(kid) !== undefined);
  }

  /** @param {Uint8Array} octets */
  async head(octets) {
    const checkpoint = Checkpoint.parse(octets);
    this.stated(checkpoint);
    const { issuer, logKeys } = this.logOf(checkpoint);
    const { origin } = checkpoint;
    this.cosigned(await checkpoint.verify(origin, logKeys, issuer.witnesses, issuer.quorum), issuer);
  }

  /** @param {Uint8Array} octets */
  async proof(octets) {
    const proof = TlogProof.parse(octets);
    if (proof.extra === null) {
      const detail = "the proof does not hold what it is about; fetch it anew, or verify the transaction itself";
      throw malformed("PROOF_WITHOUT_ENTRY", detail);
    }
    await this.entry(parseEntry(proof.extra), proof.extra);
    await this.included(proof, proof.extra);
  }

  /** @param {Uint8Array} octets */
  async transaction(octets) {
    const claim = await parseTransaction(octets);
    await this.entry(claim.entry, claim.octets);
    const { issuer, times } = await this.included(claim.proof, claim.octets);
    const key = await entryKey(claim, issuer);
    this.say({ kid: key.kid });
    const ends = key.countsUntilMs;
    // A witness's time is the proof that it existed; without one, a key that has ended proves nothing.
    if (ends !== null && !times.some((seconds) => seconds > 0 && seconds * 1000 < ends)) {
      throw unverified("KEY_TIME_UNPROVEN", "its key has ended, and no witness saw the entry before that");
    }
  }

  /** @param {import("./ledger.js").Entry} entry @param {Uint8Array} octets */
  async entry(entry, octets) {
    this.say({ txHash: await txHash(octets), ...entry });
  }

  /** @param {TlogProof} proof @param {Uint8Array} leaf */
  async included(proof, leaf) {
    this.stated(proof.checkpoint);
    this.say({ leafIndex: plain(proof.index) });
    const { issuer, logKeys } = this.logOf(proof.checkpoint);
    const { witnesses, quorum } = issuer;
    const { origin } = proof.checkpoint;
    const cosigned = await proof.verify(await leafHash(leaf), { origin, logKeys, witnesses, quorum });
    this.cosigned(cosigned, issuer);
    return { issuer, times: [...cosigned.values()] };
  }

  /** @param {Checkpoint} checkpoint */
  stated({ origin, size, root }) {
    this.say({ origin, treeSize: plain(size), root: hex(root) });
  }

  /** The issuer whose log this is, by the name of a pinned key. @param {Checkpoint} checkpoint */
  logOf({ origin }) {
    const issuer = this.issuers.find((one) => one.logKeys.some((key) => key.name === origin));
    const found = this.believed(issuer, `the log ${origin}`);
    return { issuer: found, logKeys: found.logKeys.filter((key) => key.name === origin) };
  }

  /** @param {Map<unknown, number>} cosigned @param {Issuer} issuer */
  cosigned(cosigned, { quorum }) {
    const times = [...cosigned.values()].filter((seconds) => seconds > 0);
    const first = times.length > 0 ? timeText(Math.min(...times) * 1000) : null;
    this.say({ cosignatures: cosigned.size, quorum, cosignedAt: first });
  }

  /** @param {Uint8Array} octets */
  async stampedSafe(octets) {
    const { trust, fileHash = null } = this.given;
    const report = await verifyProof(octets, { authorities: trust.authorities, fileHash });
    this.finding.report = report;
    this.finding.warnings = report.warnings;
    this.say(toldOf(report, octets));
    const first = report.errors.find((one) => !report.valid || one.code === "FILE_HASH_MISMATCH");
    if (first !== undefined) throw unverified(first.code, first.message);
  }
}

/** @param {bigint} number @returns {Json} */
const plain = (number) => (number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : String(number));

/**
 * The token, the origin of the URL beside it, and the stamp id that a record names.
 *
 * @param {Uint8Array} octets
 * @param {string[]} warnings
 */
function tokenIn(octets, warnings) {
  const text = latin1(octets);
  const lower = text.slice(0, 16).toLowerCase();
  if (lower.startsWith("https://")) {
    const url = parseVerifyUrl(text);
    return { token: url.token, origin: url.origin, stampId: "" };
  }
  if (lower.startsWith("securestamp")) {
    const record = parseRecord(octets);
    if (record === null) throw malformed("THING_UNKNOWN", "a DNS record begins securestamp=");
    return { token: record.url.token, origin: record.url.origin, stampId: record.stampId };
  }
  if (lower.startsWith("v=") || lower.startsWith("v ") || lower.startsWith(HEADER)) {
    const header = parseHeader(lower.startsWith(HEADER) ? octets.subarray(HEADER.length) : octets);
    warnings.push(...header.warnings);
    return { token: header.token, origin: header.verify?.origin ?? "", stampId: "" };
  }
  return { token: text, origin: "", stampId: "" };
}

/**
 * The key of the issuer that signed an entry, whatever its standing.
 *
 * @param {import("./transaction.js").Transaction} claim
 * @param {Issuer} issuer
 */
async function entryKey({ octets, entrySig }, { keys }) {
  for (const key of keys.keys) {
    try {
      await verifyEntry(octets, entrySig, key.key);
      return key;
    } catch (problem) {
      if (!(problem instanceof Failure)) throw problem;
    }
  }
  throw unverified("ENTRY_SIGNATURE", "the entry is signed with none of the issuer's keys");
}

/**
 * What a valid proof says, under names that claim no more than is shown.
 *
 * @param {Report} report
 * @param {Uint8Array} octets
 * @returns {Record<string, Json>}
 */
function toldOf(report, octets) {
  const proof = report.valid ? loadProof(octets) : null;
  if (!isObject(proof) || !isObject(proof.payload)) return {};
  const { t, tz, m, f = null, ta = null } = proof.payload;
  const attested = report.level === 2 && isObject(ta) ? ta : null;
  const name = attested === null ? "claimedTime" : report.timeBinding === "bound" ? "attestedTime" : "notBefore";
  const ms = Number(attested === null ? t : attested.ts);
  return {
    id: report.id,
    [name]: ms <= LAST_MS ? timeText(ms) : `${ms} ms`,
    timezone: tz,
    authority: attested?.kid ?? null,
    message: m,
    file: f,
  };
}
