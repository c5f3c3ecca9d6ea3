/**
 * Whether something was signed while its key still counted.
 *
 * A time inside a signed object proves nothing: whoever holds the key can write any. Under a key that is retired or
 * compromised only a log can tell, by an inclusion proof under a head that witnesses cosigned before the key's time
 * ended.
 */

import { Failure, unverified } from "./failure.js";
import { leafHash } from "./merkle.js";

/** @typedef {import("./note.js").VerifierKey} VerifierKey */

/**
 * @typedef {object} LogTrust - whom a verifier believes about a log; pinned beforehand
 * @property {string} origin
 * @property {VerifierKey[]} logKeys
 * @property {VerifierKey[]} [witnesses]
 * @property {number} [quorum] - at least one witness is always asked for
 *
 * @typedef {{ proof: import("./tlogproof.js").TlogProof, trust: LogTrust }} TimeProof
 */

/**
 * Check that something existed before the first of its keys stopped counting.
 *
 * @param {import("./jwks.js").Jwk[]} keys - every key that it rests on
 * @param {Uint8Array} leaf - what the log holds for it
 * @param {TimeProof | null} [time] - not needed while all keys are active
 * @throws {Failure} KEY_TIME_UNPROVEN
 */
export async function verifyKeyTime(keys, leaf, time = null) {
  const ends = keys.flatMap((key) => (key.countsUntilMs === null ? [] : [key.countsUntilMs]));
  if (ends.length === 0) return;
  const needed = Math.max(1, time?.trust.quorum ?? 1);
  if (time === null || (await witnessedBefore(Math.min(...ends), leaf, time)) < needed) {
    const detail = "its key has ended, and no witnessed head proves that it was signed before";
    throw unverified("KEY_TIME_UNPROVEN", detail);
  }
}

/**
 * How many witnesses saw the leaf before a time.
 *
 * @param {number} endMs
 * @param {Uint8Array} leaf
 * @param {TimeProof} time
 */
async function witnessedBefore(endMs, leaf, { proof, trust }) {
  try {
    const cosigned = await proof.verify(await leafHash(leaf), { quorum: 1, ...trust });
    return [...cosigned.values()].filter((seconds) => seconds > 0 && seconds * 1000 < endMs).length;
  } catch (problem) {
    if (problem instanceof Failure) return 0;
    throw problem;
  }
}
