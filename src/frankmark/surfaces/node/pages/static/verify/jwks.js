/**
 * Sets of a node's public keys (RFC 7517): RFC 7638 thumbprints as names, and a standing for each key.
 *
 * A key is active, then perhaps retired, then perhaps compromised. What was signed with a key that is no longer active
 * counts only if a log proves that it existed before the key's time ended.
 */

import { malformed, unverified } from "./failure.js";
import { dump, isObject, load } from "./json.js";
import { P256PublicKey } from "./keys.js";
import { sha256 } from "./merkle.js";
import { hex } from "./octets.js";
import { parseTime, timeText } from "./time.js";

/** @typedef {import("./json.js").Json} Json @typedef {import("./json.js").JsonObject} JsonObject */

/**
 * @typedef {object} Jwk
 * @property {string} kid - `<node id>#<thumbprint>`
 * @property {string} nodeId
 * @property {P256PublicKey} key
 * @property {"active" | "retired" | "compromised"} status
 * @property {number | null} countsUntilMs - before this a thing must be proven to exist; null while active
 * @property {JsonObject} published - its members as a node publishes them
 */

const MOST_OCTETS = 262_144;
const MOST_KEYS = 512;
const NODE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const SECRET = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];
const STATUSES = /** @type {const} */ (["active", "retired", "compromised"]);

/** Keys with distinct names. */
export class JwkSet {
  /** @param {Jwk[]} keys */
  constructor(keys) {
    this.keys = keys;
    this.byId = new Map(keys.map((key) => [key.kid, key]));
    if (this.byId.size !== keys.length) throw malformed("KEY_ID_DUPLICATE", "each kid once");
  }

  /** Read a published set. @param {Uint8Array} octets */
  static async parse(octets) {
    return JwkSet.fromJson(load(octets, { maxBytes: MOST_OCTETS, maxDepth: 8 }));
  }

  /**
   * Take a set that is already parsed. Keys of another type or curve are left out (RFC 7517 §5).
   *
   * @param {Json} value
   * @returns {Promise<JwkSet>}
   * @throws {import("./failure.js").Failure} KEY_SET_MALFORMED, KEY_SET_TOO_LARGE, KEY_NOT_PUBLIC, any `KEY_…`
   */
  static async fromJson(value) {
    const members = isObject(value) ? value.keys : undefined;
    if (!Array.isArray(members)) throw malformed("KEY_SET_MALFORMED", 'an object with a list "keys"');
    if (members.length > MOST_KEYS) throw malformed("KEY_SET_TOO_LARGE", `at most ${MOST_KEYS} keys`);
    const keys = [];
    for (const one of members) {
      if (!isObject(one)) throw malformed("KEY_SET_MALFORMED", "each key a JSON object");
      if (SECRET.some((name) => Object.hasOwn(one, name))) {
        throw malformed("KEY_NOT_PUBLIC", "a set of public keys without secret members");
      }
      if (one.kty === "EC" && one.crv === "P-256") keys.push(await jwkOf(one));
    }
    return new JwkSet(keys);
  }

  /** @param {string} kid @returns {Jwk | undefined} */
  get(kid) {
    return this.byId.get(kid);
  }

  /** @param {string} kid @returns {Jwk} @throws KEY_UNKNOWN */
  find(kid) {
    const key = this.byId.get(kid);
    if (key === undefined) throw unverified("KEY_UNKNOWN", "a kid that is in the pinned set");
    return key;
  }

  /** What people compare: the first 128 bits of SHA-256 of the canonical set, in groups of four digits. */
  async fingerprint() {
    const digits = hex(await sha256(dump({ keys: this.keys.map((key) => key.published) })));
    return (digits.slice(0, 32).match(/.{4}/g) ?? []).join(" ");
  }

  /** The keys in the order in which they are tried: active, retired, compromised. @returns {Jwk[]} */
  inOrder() {
    return STATUSES.flatMap((status) => this.keys.filter((key) => key.status === status));
  }
}

/** @param {JsonObject} members @returns {Promise<Jwk>} */
async function jwkOf(members) {
  const { kid } = members;
  if (typeof kid !== "string") throw malformed("KEY_ID_MALFORMED", "a kid");
  const status = STATUSES.find((one) => one === (Object.hasOwn(members, "ss_status") ? members.ss_status : "active"));
  if (status === undefined) throw malformed("KEY_STATUS", "ss_status active, retired or compromised");
  const key = await P256PublicKey.fromJwk(members);
  const times = { retired: timeIn(members, "ss_retired_at"), compromised: timeIn(members, "ss_compromised_at") };
  const nodeId = kid.split("#", 1)[0];
  if (!NODE_ID.test(nodeId)) {
    throw malformed("KEY_ID_MALFORMED", "a node id of letters, digits, dots, hyphens, underscores");
  }
  if (kid !== `${nodeId}#${key.thumbprint}`) {
    throw malformed("KEY_ID_MISMATCH", "kid is <node_id>#<thumbprint of this very key>");
  }
  const fits = {
    active: times.retired === null && times.compromised === null,
    retired: times.retired !== null && times.compromised === null,
    compromised: times.compromised !== null,
  };
  if (!fits[status]) throw malformed("KEY_STATUS", "the times that belong to the key's status, and no others");
  const ends = [times.retired, times.compromised].filter((time) => time !== null);
  const published = {
    crv: "P-256", kty: "EC", x: members.x, y: members.y, kid, use: "sig", alg: "ES256", ss_status: status,
    ...(times.retired === null ? {} : { ss_retired_at: timeText(times.retired) }),
    ...(times.compromised === null ? {} : { ss_compromised_at: timeText(times.compromised) }),
  };
  return { kid, nodeId, key, status, countsUntilMs: ends.length > 0 ? Math.min(...ends) : null, published };
}

/** @param {JsonObject} members @param {string} name @returns {number | null} */
function timeIn(members, name) {
  const text = Object.hasOwn(members, name) ? members[name] : null;
  if (text === null) return null;
  if (typeof text !== "string") throw malformed("TIMESTAMP_INVALID", `${name} as RFC 3339 text`);
  return parseTime(text);
}
