/** A read list. */
export class PublicSuffixes {
    /**
     * Read the text of `public_suffix_list.dat`.
     *
     * @param {string} text
     * @returns {PublicSuffixes}
     * @throws {import("./failure.js").Failure} SUFFIX_LIST_TOO_LARGE, SUFFIX_LIST_SYNTAX
     */
    static parse(text: string): PublicSuffixes;
    /** @param {Set<string>} plain @param {Set<string>} wildcards @param {Set<string>} exceptions */
    constructor(plain: Set<string>, wildcards: Set<string>, exceptions: Set<string>);
    plain: Set<string>;
    wildcards: Set<string>;
    exceptions: Set<string>;
    /** The suffix under which a canonical domain is registered. @param {string} domain @returns {string} */
    publicSuffix(domain: string): string;
    /** Whether anyone may register right under a canonical domain. @param {string} domain */
    isPublicSuffix(domain: string): boolean;
}
