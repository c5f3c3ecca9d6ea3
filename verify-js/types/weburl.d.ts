/**
 * @param {string} text - a URL of http or https
 * @returns {WebUrl}
 * @throws {import("./failure.js").Failure} ARTIFACT_URL
 */
export function parseUrl(text: string): WebUrl;
/** The values of one parameter of a query. @param {string | null} query @param {string} name @returns {string[]} */
export function queryValues(query: string | null, name: string): string[];
export type WebUrl = {
    /**
     * - percent-decoded, otherwise as written
     */
    host: string;
    /**
     * - dot segments resolved, percent-encoded where it must be
     */
    path: string;
    /**
     * - as written
     */
    query: string | null;
    /**
     * - no userinfo, no port of its own, no backslash, no encoded dot or slash before the query
     */
    plain: boolean;
};
