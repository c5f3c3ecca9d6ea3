/**
 * Read a trust file (`trust.toml`) or a trust document (`/.well-known/frankmark-trust.json`).
 *
 * @param {Uint8Array} octets
 * @returns {Promise<Trust>}
 * @throws {Failure} TRUST_FILE_INVALID; for a document as `readTrustDocument`
 */
export function readTrust(octets: Uint8Array): Promise<Trust>;
/** Whether octets look like something that says whom to believe. @param {Uint8Array} octets */
export function resemblesTrust(octets: Uint8Array): boolean;
/**
 * Read a trust document. Its signature shows that whoever wrote it has one of its keys; whose keys they are, its
 * fingerprint shows to whoever compares it.
 *
 * @param {Uint8Array} octets
 * @returns {Promise<{ issuer: Issuer, authorities: Map<string, Authority> }>}
 * @throws {Failure} THING_UNKNOWN, DOCUMENT_SIGNATURE, TIME_KEY_FOREIGN, `JSON_…`, `KEY_…`, VKEY_MALFORMED
 */
export function readTrustDocument(octets: Uint8Array): Promise<{
    issuer: Issuer;
    authorities: Map<string, Authority>;
}>;
/**
 * @param {Record<string, Record<string, string>>} members - by key id: pk, notBefore, notAfter, compromisedAt
 * @returns {Promise<Map<string, Authority>>}
 * @throws {Failure} TRUST_FILE_INVALID
 */
export function authoritiesOf(members: Record<string, Record<string, string>>): Promise<Map<string, Authority>>;
export function noTrust(): Trust;
export function joinedTrust(...all: Trust[]): Trust;
export type Authority = import("./stampedsafe.js").Authority;
export type Json = import("./json.js").Json;
export type Issuer = {
    /**
     * - its base URL, as tokens name it
     */
    iss: string;
    keys: JwkSet;
    logKeys: VerifierKey[];
    /**
     * - whose cosignatures count
     */
    witnesses: VerifierKey[];
    /**
     * - how many of them a final head needs
     */
    quorum: number;
};
export type Trust = {
    issuers: Map<string, Issuer>;
    authorities: Map<string, Authority>;
};
import { JwkSet } from "./jwks.js";
import { VerifierKey } from "./note.js";
