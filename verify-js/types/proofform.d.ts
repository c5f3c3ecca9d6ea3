/**
 * What a time authority is asked to attest: the payload but for `t` and `ta`.
 *
 * @param {JsonObject} payload
 * @returns {Promise<string>} 64 lower hex
 */
export function commitment({ t: _t, ta: _ta, ...rest }: JsonObject): Promise<string>;
/**
 * What is wrong with the form of a proof, `ta` aside.
 *
 * @param {JsonObject} proof
 * @returns {Generator<Fault>}
 */
export function formFaults(proof: JsonObject): Generator<Fault>;
/**
 * What is wrong with the form of `f`.
 *
 * @param {Json} value
 * @returns {Generator<Fault>}
 */
export function fileFaults(value: Json): Generator<Fault>;
/**
 * Whether there are members that this release does not know.
 *
 * @param {JsonObject} proof
 * @param {boolean} attested
 */
export function unknownMembers(proof: JsonObject, attested: boolean): boolean;
/** @typedef {import("./json.js").Json} Json @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {{ code: string, path: string, message: string }} Fault */
export const MOST_OCTETS: 65536;
export const LONGEST_MESSAGE: 280;
export function loadProof(octets: Uint8Array): Json;
export function canonicalForm(value: Json): Uint8Array;
export function whole(value: Json | undefined): number | null;
export type Json = import("./json.js").Json;
export type JsonObject = import("./json.js").JsonObject;
export type Fault = {
    code: string;
    path: string;
    message: string;
};
export type Checked = [code: string, what: string] | null;
