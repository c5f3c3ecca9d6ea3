/** A P-256 public key. */
export class P256PublicKey {
    /**
     * Take a public JSON Web Key (RFC 7517, RFC 7518 §6.2); members that are not known are ignored.
     *
     * @param {JsonObject} jwk
     * @returns {Promise<P256PublicKey>}
     * @throws {import("./failure.js").Failure} KEY_TYPE, KEY_NOT_PUBLIC, KEY_USE, BASE64URL_INVALID, KEY_MALFORMED
     */
    static fromJwk(jwk: JsonObject): Promise<P256PublicKey>;
    /**
     * Take the 65 octets `04 ‖ x ‖ y` (SEC 1 §2.3.3).
     *
     * @param {Uint8Array} point
     * @returns {Promise<P256PublicKey>}
     * @throws {import("./failure.js").Failure} KEY_MALFORMED
     */
    static fromPoint(point: Uint8Array): Promise<P256PublicKey>;
    /**
     * @param {CryptoKey} key
     * @param {string} thumbprint
     */
    constructor(key: CryptoKey, thumbprint: string);
    key: CryptoKey;
    /** RFC 7638, base64url */
    thumbprint: string;
    /**
     * @param {Uint8Array} signature - 64 octets R ‖ S
     * @param {Uint8Array} message
     * @throws {import("./failure.js").Failure} SIGNATURE_LENGTH, SIGNATURE_INVALID
     */
    verify(signature: Uint8Array, message: Uint8Array): Promise<void>;
}
/** An Ed25519 public key: the one encoding of a point that is not of small order. */
export class Ed25519PublicKey {
    /**
     * @param {Uint8Array} octets - RFC 8032 §5.1.2
     * @returns {Promise<Ed25519PublicKey>}
     * @throws {import("./failure.js").Failure} KEY_MALFORMED, KEY_WEAK for points of small order
     */
    static fromOctets(octets: Uint8Array): Promise<Ed25519PublicKey>;
    /** @param {CryptoKey} key @param {Uint8Array} octets */
    constructor(key: CryptoKey, octets: Uint8Array);
    key: CryptoKey;
    octets: Uint8Array<ArrayBufferLike>;
    /**
     * RFC 8032 §5.1.7, the equation without the cofactor.
     *
     * @param {Uint8Array} signature - 64 octets R ‖ S
     * @param {Uint8Array} message
     * @throws {import("./failure.js").Failure} SIGNATURE_LENGTH, SIGNATURE_INVALID
     */
    verify(signature: Uint8Array, message: Uint8Array): Promise<void>;
    /** @param {Ed25519PublicKey} other */
    equals(other: Ed25519PublicKey): boolean;
}
export type JsonObject = import("./json.js").JsonObject;
