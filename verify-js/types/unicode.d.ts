/** Characters newer than Unicode 14.0; written by scripts/verify_page.py, not by hand. */
export const TOO_NEW: RegExp;
