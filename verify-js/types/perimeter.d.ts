/**
 * @param {string} text - the compact serialisation, at most 524,288 characters
 * @param {PublicSuffixes} suffixes
 * @returns {Promise<Perimeter>}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, PERIMETER_MALFORMED, PERIMETER_CHANNEL, PERIMETER_TIME,
 *   BRAND_KEY_MISMATCH
 */
export function readPerimeter(text: string, suffixes: PublicSuffixes): Promise<Perimeter>;
/**
 * Check that a perimeter is signed with the key that its anchor publishes.
 *
 * @param {Perimeter} perimeter
 * @param {string} jkt - the thumbprint from the anchor's TXT record, or the one kept from when it was accepted
 * @throws {Failure} BRAND_KEY_MISMATCH, SIGNATURE_FALSE
 */
export function verifyPerimeter(perimeter: Perimeter, jkt: string): Promise<void>;
/** @param {Perimeter} perimeter @param {number} nowS @throws {Failure} PERIMETER_TIME */
export function verifyPerimeterTime(perimeter: Perimeter, nowS: number): void;
/**
 * Check that a perimeter is the next one of its brand.
 *
 * @param {Perimeter} next
 * @param {Perimeter | null} previous - the newest that was accepted
 * @throws {Failure} PERIMETER_SUCCESSION
 */
export function verifySuccession(next: Perimeter, previous: Perimeter | null): void;
/**
 * The declared channel that covers an artifact, an exact one first.
 *
 * @param {Perimeter} perimeter
 * @param {Artifact} artifact
 */
export function channelOf({ channels }: Perimeter, artifact: Artifact): Channel;
/**
 * Domains that must each publish the brand's key, the anchor first.
 *
 * @param {Perimeter} perimeter
 * @returns {string[]}
 */
export function domainsToProve({ domain, channels }: Perimeter): string[];
/**
 * The thumbprint in a TXT record of a brand: `ssbrand=v=1; jkt=…`.
 *
 * @param {Uint8Array} octets - its character-strings, joined
 * @returns {string | null} null if it is no such record
 * @throws {Failure} BRAND_RECORD_MALFORMED
 */
export function parseBrandRecord(octets: Uint8Array): string | null;
export function isActive({ channels, iat, exp }: Perimeter, nowS: number): boolean;
export type PublicSuffixes = import("./suffixes.js").PublicSuffixes;
export type Artifact = import("./model.js").Artifact;
export type Channel = Artifact & {
    match: "exact" | "subtree" | "prefix";
};
export type Perimeter = {
    /**
     * - the compact serialisation: the leaf of the official log
     */
    text: string;
    /**
     * - SHA-256 of its payload: what the next one names as prev
     */
    digest: string;
    key: import("./keys.js").P256PublicKey;
    parts: import("./jws.js").Jws;
    brand: string;
    name: string;
    /**
     * - the anchor
     */
    domain: string;
    seq: number;
    prev: string | null;
    iat: number;
    exp: number;
    channels: Channel[];
};
