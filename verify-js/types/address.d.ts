/**
 * @param {string} text - an addr-spec
 * @returns {{ local: string, domain: string, text: string } | null} null if it is none
 */
export function parseAddress(text: string): {
    local: string;
    domain: string;
    text: string;
} | null;
