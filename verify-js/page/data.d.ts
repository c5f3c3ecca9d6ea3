/** Written into the page by scripts/verify_page.py: words by language and key, and the Public Suffix List. */
export const WORDS: Record<string, Record<string, string>>;
export const SUFFIXES: string;
