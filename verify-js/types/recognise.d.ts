/**
 * Tell what a thing is.
 *
 * @param {Uint8Array} octets - of a file, or of a text
 * @returns {Thing}
 * @throws {import("./failure.js").Failure} THING_UNKNOWN
 */
export function recognise(octets: Uint8Array): Thing;
export type Kind = "stamp-token" | "ledger-entry" | "inclusion-proof" | "tree-head" | "receipt" | "signal-head" | "perimeter" | "counterstamp-statement" | "abuse-opening" | "stampedsafe-proof";
export type Thing = {
    kind: Kind;
    octets: Uint8Array;
};
