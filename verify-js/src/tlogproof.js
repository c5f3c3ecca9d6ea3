/** Offline proofs (c2sp.org/tlog-proof@v1): everything that shows, without a network, that a log holds a leaf. */

import { malformed } from "./failure.js";
import { HASH_SIZE, verifyInclusion } from "./merkle.js";
import { Checkpoint, decimal } from "./note.js";
import { base64, fromBase64, joined, textOf, utf8 } from "./octets.js";

const FIRST_LINE = "c2sp.org/tlog-proof@v1";
const MOST_EXTRA = 262_144;
const MOST_PATH = 63;
const MOST_OCTETS = 524_288 + Math.floor(MOST_EXTRA / 3) * 4 + 8_192;

/** @param {string} detail */
const wrong = (detail) => malformed("PROOF_MALFORMED", detail);

/** A leaf's place in a signed tree. */
export class TlogProof {
  /**
   * @param {bigint} index
   * @param {Uint8Array[]} path
   * @param {Checkpoint} checkpoint
   * @param {Uint8Array | null} extra
   */
  constructor(index, path, checkpoint, extra) {
    this.index = index;
    this.path = path;
    this.checkpoint = checkpoint;
    /** what the proof is about, if it is here; vouched for by nobody */
    this.extra = extra;
  }

  /**
   * @param {Uint8Array} octets
   * @returns {TlogProof}
   * @throws {import("./failure.js").Failure} PROOF_TOO_LARGE, PROOF_MALFORMED, BASE64_INVALID, as `Checkpoint.parse`
   */
  static parse(octets) {
    if (octets.length > MOST_OCTETS) throw malformed("PROOF_TOO_LARGE", `a proof has at most ${MOST_OCTETS} octets`);
    const end = octets.findIndex((octet, at) => octet === 0x0a && octets[at + 1] === 0x0a);
    const head = end < 0 ? null : textOf(octets.subarray(0, end));
    // eslint-disable-next-line no-control-regex
    if (head === null || !/^[\u0000-\u007f]*$/.test(head)) {
      throw wrong("lines of ASCII, an empty line, and a checkpoint");
    }
    const [first, ...lines] = head.split("\n");
    if (first !== FIRST_LINE) throw wrong(`the first line is ${FIRST_LINE}`);
    const extra = lines[0]?.startsWith("extra ") ? extraOf(/** @type {string} */ (lines.shift())) : null;
    if (!lines[0]?.startsWith("index ") || lines.length > 1 + MOST_PATH) {
      throw wrong(`an index line and at most ${MOST_PATH} hashes`);
    }
    const path = lines.slice(1).map(fromBase64);
    if (path.some((one) => one.length !== HASH_SIZE)) throw wrong(`a hash has ${HASH_SIZE} octets`);
    const index = decimal(lines[0].slice("index ".length));
    return new TlogProof(index, path, Checkpoint.parse(octets.slice(end + 2)), extra);
  }

  /** The octets, in the one spelling that `parse` reads. @returns {Uint8Array} */
  render() {
    const lines = [FIRST_LINE];
    if (this.extra !== null) lines.push(`extra ${base64(this.extra)}`);
    lines.push(`index ${this.index}`, ...this.path.map(base64), "", "");
    return joined(utf8(lines.join("\n")), this.checkpoint.note.render());
  }

  /**
   * Verify that the log holds the leaf, and that enough witnesses saw the tree.
   *
   * @param {Uint8Array} leaf - the leaf's hash, computed from what the proof is about
   * @param {{ origin: string, logKeys: import("./note.js").VerifierKey[],
   *   witnesses?: import("./note.js").VerifierKey[], quorum?: number }} trusted
   * @returns {Promise<Map<import("./note.js").VerifierKey, number>>} the witnesses that cosigned, with times in seconds
   */
  async verify(leaf, { origin, logKeys, witnesses = [], quorum = 0 }) {
    const cosigned = await this.checkpoint.verify(origin, logKeys, witnesses, quorum);
    await verifyInclusion(leaf, this.index, this.checkpoint.size, this.path, this.checkpoint.root);
    return cosigned;
  }
}

/** @param {string} line */
function extraOf(line) {
  const extra = fromBase64(line.slice("extra ".length));
  if (extra.length > MOST_EXTRA) throw malformed("PROOF_TOO_LARGE", `extra data has at most ${MOST_EXTRA} octets`);
  return extra;
}
