/** @param {string} text @returns {VerifyUrl} @throws URL_MALFORMED */
export function parseVerifyUrl(text: string): VerifyUrl;
/**
 * The TXT record at `_securestamp.<domain>`.
 *
 * @param {Uint8Array} octets - its character-strings, joined
 * @returns {{ stampId: string, url: VerifyUrl } | null} null if it is none of ours
 * @throws {import("./failure.js").Failure} `TAG_…`, VERSION_UNSUPPORTED, STAMP_ID_MALFORMED, URL_MALFORMED
 */
export function parseRecord(octets: Uint8Array): {
    stampId: string;
    url: VerifyUrl;
} | null;
/**
 * The body of an `X-SecureStamp` field.
 *
 * @param {Uint8Array} octets - what follows the colon, folded or not
 * @returns {{ token: string, verify: VerifyUrl | null, warnings: string[] }}
 * @throws {import("./failure.js").Failure} `TAG_…`, VERSION_UNSUPPORTED, URL_MALFORMED, TOKEN_MISMATCH
 */
export function parseHeader(octets: Uint8Array): {
    token: string;
    verify: VerifyUrl | null;
    warnings: string[];
};
export function latin1(octets: Uint8Array): string;
/**
 * - never fetched, and it never selects whom to trust
 */
export type VerifyUrl = {
    text: string;
    /**
     * - `https://` and the authority in lower case, without the port if it is 443
     */
    origin: string;
    token: string;
};
