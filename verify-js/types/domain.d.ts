/**
 * @param {string} text
 * @param {{ underscores?: boolean }} [allowed] - as names of records have and names of hosts do not
 * @returns {string | null} null if it is no domain name
 */
export function canonicalDomain(text: string, { underscores }?: {
    underscores?: boolean;
}): string | null;
