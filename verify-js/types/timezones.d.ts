/** The names of the IANA time zone database; written by scripts/verify_page.py, not by hand. */
export const TIME_ZONES: Set<string>;
