/**
 * What is wrong with the form of an attestation: `TA_FORMAT`, once for each member.
 *
 * @param {Json} value
 * @returns {Fault[]}
 */
export function attestationFormFaults(value: Json): Fault[];
/**
 * Why an attestation that has its form shows no time.
 *
 * @param {JsonObject} ta - as received, members that nobody knows included: they are signed too
 * @param {number | null} t - the time of the proof that carries it
 * @param {Map<string, Authority>} authorities - believed keys by kid
 * @returns {Promise<Fault[]>}
 */
export function attestationFaults(ta: JsonObject, t: number | null, authorities: Map<string, Authority>): Promise<Fault[]>;
export type Json = import("./json.js").Json;
export type JsonObject = import("./json.js").JsonObject;
export type Fault = import("./proofform.js").Fault;
export type Authority = import("./stampedsafe.js").Authority;
