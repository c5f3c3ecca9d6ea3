/** The Public Suffix List (publicsuffix.org/list): under which names anyone may register. */

import { canonicalDomain } from "./domain.js";
import { malformed } from "./failure.js";

const SECTIONS = new Set(["// ===BEGIN ICANN DOMAINS===", "// ===BEGIN PRIVATE DOMAINS==="]);
const ENDS = new Set(["// ===END ICANN DOMAINS===", "// ===END PRIVATE DOMAINS==="]);
const LARGEST = 8_388_608;

/** A read list. */
export class PublicSuffixes {
  /** @param {Set<string>} plain @param {Set<string>} wildcards @param {Set<string>} exceptions */
  constructor(plain, wildcards, exceptions) {
    this.plain = plain;
    this.wildcards = wildcards; // "*.ck" is kept as "ck"
    this.exceptions = exceptions; // "!www.ck" is kept as "www.ck"
  }

  /**
   * Read the text of `public_suffix_list.dat`.
   *
   * @param {string} text
   * @returns {PublicSuffixes}
   * @throws {import("./failure.js").Failure} SUFFIX_LIST_TOO_LARGE, SUFFIX_LIST_SYNTAX
   */
  static parse(text) {
    if (text.length > LARGEST) throw malformed("SUFFIX_LIST_TOO_LARGE", "the list has more than 8 MiB");
    /** @type {[Set<string>, Set<string>, Set<string>]} */
    const [plain, wildcards, exceptions] = [new Set(), new Set(), new Set()];
    let inside = false;
    for (const line of text.split(/\r?\n/)) {
      if (SECTIONS.has(line.trimEnd())) inside = true;
      else if (ENDS.has(line.trimEnd())) inside = false;
      const [rule = ""] = line.trim().split(/\s/, 1);
      if (rule === "" || rule.startsWith("//")) continue;
      if (!inside) throw malformed("SUFFIX_LIST_SYNTAX", "a rule stands outside both sections");
      if (rule.startsWith("!")) exceptions.add(named(rule.slice(1)));
      else if (rule.startsWith("*.")) wildcards.add(named(rule.slice(2)));
      else plain.add(named(rule));
    }
    return new PublicSuffixes(plain, wildcards, exceptions);
  }

  /** The suffix under which a canonical domain is registered. @param {string} domain @returns {string} */
  publicSuffix(domain) {
    for (let name = domain; ; ) {
      const dot = name.indexOf(".");
      const parent = dot < 0 ? "" : name.slice(dot + 1);
      if (this.exceptions.has(name)) return parent;
      if (dot < 0 || this.plain.has(name) || this.wildcards.has(parent)) return name;
      name = parent;
    }
  }

  /** Whether anyone may register right under a canonical domain. @param {string} domain */
  isPublicSuffix(domain) {
    return this.publicSuffix(domain) === domain;
  }
}

/** @param {string} rule */
function named(rule) {
  const name = canonicalDomain(rule);
  if (name === null) throw malformed("SUFFIX_LIST_SYNTAX", `a rule is a name, and ${rule} is none`);
  return name;
}
