/**
 * Tell what a thing is.
 *
 * @param {Uint8Array} octets - of a file, or of a text
 * @returns {Thing}
 * @throws {import("./failure.js").Failure} THING_UNKNOWN
 */
export function recognise(octets: Uint8Array): Thing;
/**
 * Tell what a file holds: one thing, or many StampedSafe proofs in an array or one a line.
 *
 * @param {Uint8Array} octets
 * @returns {Thing[]}
 * @throws {import("./failure.js").Failure} THING_UNKNOWN; JSON_INVALID for an array that is not whole
 */
export function recogniseAll(octets: Uint8Array): Thing[];
export type Kind = "stamp-token" | "ledger-entry" | "inclusion-proof" | "tree-head" | "receipt" | "signal-head" | "perimeter" | "counterstamp-statement" | "abuse-opening" | "split-view" | "consistency-proof" | "stampedsafe-proof";
export type Thing = {
    kind: Kind;
    octets: Uint8Array;
};
