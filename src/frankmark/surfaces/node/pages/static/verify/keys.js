/**
 * Public keys: P-256 with ES256 (RFC 7518 §3.4) and Ed25519 (RFC 8032).
 *
 * The browser's own cryptography verifies. What browsers leave open is decided before they are asked, so that all of
 * them, and every other implementation of these pages, say the same: `vectors/ed25519-policy.md`.
 */

import { malformed, unverified } from "./failure.js";
import { dump } from "./json.js";
import { sha256 } from "./merkle.js";
import { base64url, fromBase64url, joined, same } from "./octets.js";

/** @typedef {import("./json.js").JsonObject} JsonObject */

const SIGNATURE = 64;
const SCALAR = 32;

/** @param {Uint8Array} signature */
function demandLength(signature) {
  if (signature.length !== SIGNATURE) throw malformed("SIGNATURE_LENGTH", "a signature of 64 octets R ‖ S");
}

const forged = () => unverified("SIGNATURE_INVALID", "the signature does not belong to this key and text");

/** @param {string} sentence */
const unsound = (sentence) => malformed("KEY_MALFORMED", sentence);

/** A P-256 public key. */
export class P256PublicKey {
  /**
   * @param {CryptoKey} key
   * @param {string} thumbprint
   */
  constructor(key, thumbprint) {
    this.key = key;
    /** RFC 7638, base64url */
    this.thumbprint = thumbprint;
  }

  /**
   * Take a public JSON Web Key (RFC 7517, RFC 7518 §6.2); members that are not known are ignored.
   *
   * @param {JsonObject} jwk
   * @returns {Promise<P256PublicKey>}
   * @throws {import("./failure.js").Failure} KEY_TYPE, KEY_NOT_PUBLIC, KEY_USE, BASE64URL_INVALID, KEY_MALFORMED
   */
  static async fromJwk(jwk) {
    if (jwk.kty !== "EC" || jwk.crv !== "P-256" || (Object.hasOwn(jwk, "alg") && jwk.alg !== "ES256")) {
      throw malformed("KEY_TYPE", "kty EC, crv P-256 and, if present, alg ES256");
    }
    if (Object.hasOwn(jwk, "d") || Object.hasOwn(jwk, "k")) {
      throw malformed("KEY_NOT_PUBLIC", "a public key without private members");
    }
    const operations = Object.hasOwn(jwk, "key_ops") ? jwk.key_ops : ["verify"];
    const use = Object.hasOwn(jwk, "use") ? jwk.use : "sig";
    if (use !== "sig" || !Array.isArray(operations) || !operations.includes("verify")) {
      throw malformed("KEY_USE", "a key for verifying");
    }
    if (typeof jwk.x !== "string" || typeof jwk.y !== "string") throw unsound("x and y as base64url");
    const [x, y] = [fromBase64url(jwk.x), fromBase64url(jwk.y)];
    if (x.length !== SCALAR || y.length !== SCALAR) throw unsound("x and y of 32 octets each");
    return P256PublicKey.fromPoint(joined(Uint8Array.of(4), x, y));
  }

  /**
   * Take the 65 octets `04 ‖ x ‖ y` (SEC 1 §2.3.3).
   *
   * @param {Uint8Array} point
   * @returns {Promise<P256PublicKey>}
   * @throws {import("./failure.js").Failure} KEY_MALFORMED
   */
  static async fromPoint(point) {
    if (point.length !== 65 || point[0] !== 4) throw unsound("an uncompressed point of P-256, 65 octets");
    const [x, y] = [point.subarray(1, 33), point.subarray(33)];
    let key;
    try {
      key = await crypto.subtle.importKey(
        "raw",
        /** @type {BufferSource} */ (point),
        { name: "ECDSA", namedCurve: "P-256" },
        true,
        ["verify"],
      );
    } catch {
      throw unsound("an uncompressed point of P-256, 65 octets");
    }
    const members = dump({ crv: "P-256", kty: "EC", x: base64url(x), y: base64url(y) });
    return new P256PublicKey(key, base64url(await sha256(members)));
  }

  /**
   * @param {Uint8Array} signature - 64 octets R ‖ S
   * @param {Uint8Array} message
   * @throws {import("./failure.js").Failure} SIGNATURE_LENGTH, SIGNATURE_INVALID
   */
  async verify(signature, message) {
    demandLength(signature);
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    const holds = await crypto.subtle.verify(
      algorithm,
      this.key,
      /** @type {BufferSource} */ (signature),
      /** @type {BufferSource} */ (message),
    );
    if (!holds) throw forged();
  }
}

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const ORDER_EIGHT = 55188659117513257062467267217118295137698188065244968500265048394206261417927n;
/** The points whose order divides the cofactor, by their y. */
const SMALL_ORDER = new Set([0n, 1n, P - 1n, ORDER_EIGHT, P - ORDER_EIGHT]);

/** @param {Uint8Array} octets - little-endian @returns {bigint} */
const number = (octets) => octets.reduceRight((whole, octet) => (whole << 8n) | BigInt(octet), 0n);

/** @param {bigint} base @param {bigint} exponent */
function power(base, exponent) {
  let [result, square] = [1n, ((base % P) + P) % P];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

/** @param {bigint} y - whether a point of the curve has it */
const onCurve = (y) => power((y * y - 1n) * (D * y * y + 1n), (P - 1n) / 2n) === 1n;

/** @param {Uint8Array} point - 32 octets @returns {bigint} */
const heightOf = (point) => number(point) & (2n ** 255n - 1n);

/** An Ed25519 public key: the one encoding of a point that is not of small order. */
export class Ed25519PublicKey {
  /** @param {CryptoKey} key @param {Uint8Array} octets */
  constructor(key, octets) {
    this.key = key;
    this.octets = octets;
  }

  /**
   * @param {Uint8Array} octets - RFC 8032 §5.1.2
   * @returns {Promise<Ed25519PublicKey>}
   * @throws {import("./failure.js").Failure} KEY_MALFORMED, KEY_WEAK for points of small order
   */
  static async fromOctets(octets) {
    if (octets.length !== SCALAR || heightOf(octets) >= P) {
      throw unsound("32 octets, the canonical encoding of a point of edwards25519");
    }
    const y = heightOf(octets);
    if (SMALL_ORDER.has(y)) throw malformed("KEY_WEAK", "a point whose order is not small");
    if (!onCurve(y)) throw unsound("a point of edwards25519");
    const key = await crypto.subtle.importKey("raw", /** @type {BufferSource} */ (octets), "Ed25519", true, ["verify"]);
    return new Ed25519PublicKey(key, octets);
  }

  /**
   * RFC 8032 §5.1.7, the equation without the cofactor.
   *
   * @param {Uint8Array} signature - 64 octets R ‖ S
   * @param {Uint8Array} message
   * @throws {import("./failure.js").Failure} SIGNATURE_LENGTH, SIGNATURE_INVALID
   */
  async verify(signature, message) {
    demandLength(signature);
    const [r, s] = [signature.subarray(0, SCALAR), signature.subarray(SCALAR)];
    const holds =
      number(s) < L &&
      heightOf(r) < P &&
      (await crypto.subtle.verify(
        "Ed25519",
        this.key,
        /** @type {BufferSource} */ (signature),
        /** @type {BufferSource} */ (message),
      ));
    if (!holds) throw forged();
  }

  /** @param {Ed25519PublicKey} other */
  equals(other) {
    return same(this.octets, other.octets);
  }
}
