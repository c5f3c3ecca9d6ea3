/** Keys with distinct names. */
export class JwkSet {
    /** Read a published set. @param {Uint8Array} octets */
    static parse(octets: Uint8Array): Promise<JwkSet>;
    /**
     * Take a set that is already parsed. Keys of another type or curve are left out (RFC 7517 §5).
     *
     * @param {Json} value
     * @returns {Promise<JwkSet>}
     * @throws {import("./failure.js").Failure} KEY_SET_MALFORMED, KEY_SET_TOO_LARGE, KEY_NOT_PUBLIC, any `KEY_…`
     */
    static fromJson(value: Json): Promise<JwkSet>;
    /** @param {Jwk[]} keys */
    constructor(keys: Jwk[]);
    keys: Jwk[];
    byId: Map<string, Jwk>;
    /** @param {string} kid @returns {Jwk | undefined} */
    get(kid: string): Jwk | undefined;
    /** @param {string} kid @returns {Jwk} @throws KEY_UNKNOWN */
    find(kid: string): Jwk;
    /** What people compare: the first 128 bits of SHA-256 of the canonical set, in groups of four digits. */
    fingerprint(): Promise<string>;
    /** The keys in the order in which they are tried: active, retired, compromised. @returns {Jwk[]} */
    inOrder(): Jwk[];
}
export type Json = import("./json.js").Json;
export type JsonObject = import("./json.js").JsonObject;
export type Jwk = {
    /**
     * - `<node id>#<thumbprint>`
     */
    kid: string;
    nodeId: string;
    key: P256PublicKey;
    status: "active" | "retired" | "compromised";
    /**
     * - before this a thing must be proven to exist; null while active
     */
    countsUntilMs: number | null;
    /**
     * - its members as a node publishes them
     */
    published: JsonObject;
};
import { P256PublicKey } from "./keys.js";
