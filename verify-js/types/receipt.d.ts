/**
 * Read a receipt, believing nothing.
 *
 * @param {string} text
 * @returns {Promise<Receipt>}
 * @throws {Failure} TYPE_MISMATCH, SIGNED_OBJECT_MALFORMED, RECEIPT_MALFORMED, TREE_HEAD_MALFORMED, TREE_HEAD_MISMATCH
 */
export function readReceipt(text: string): Promise<Receipt>;
/** The claims as a JSON object. @param {Claims} claims @returns {JsonObject} */
export function claimsJson(claims: Claims): JsonObject;
/**
 * Verify a receipt.
 *
 * @param {string} text
 * @param {JwkSet} keys - all keys of the node that issued it, pinned by the verifier
 * @param {TimeProof | null} [time] - that the receipts log held it before its key ended, where it has
 * @returns {Promise<Receipt>}
 * @throws {Failure} as `readReceipt`; KEY_UNKNOWN, SIGNATURE_FALSE, KEY_TIME_UNPROVEN, INCLUSION_FALSE
 */
export function verifyReceipt(text: string, keys: JwkSet, time?: TimeProof | null): Promise<Receipt>;
/**
 * Say of each check whether it holds; else as `verifyReceipt`, and nothing is thrown.
 *
 * @param {string} text
 * @param {JwkSet} keys
 * @param {TimeProof | null} [time]
 * @returns {Promise<{ valid: boolean, failure: Failure | null, checks: Record<Check, boolean>, receipt: Receipt | null }>}
 */
export function examineReceipt(text: string, keys: JwkSet, time?: TimeProof | null): Promise<{
    valid: boolean;
    failure: Failure | null;
    checks: Record<Check, boolean>;
    receipt: Receipt | null;
}>;
/** @typedef {import("./json.js").Json} Json @typedef {import("./json.js").JsonObject} JsonObject */
/** @typedef {import("./model.js").Artifact} Artifact @typedef {import("./jwks.js").JwkSet} JwkSet */
/** @typedef {import("./keytime.js").TimeProof} TimeProof */
/**
 * @typedef {object} Claims
 * @property {string} iss - base URL of the node
 * @property {string} jti
 * @property {number} iat - seconds; the node's claim
 * @property {string | null} nonce
 * @property {Artifact | null} artifact
 * @property {{ id: string, name: string, domain: string } | null} brand
 * @property {import("./model.js").Fact} fact
 * @property {import("./model.js").Attribution} attribution
 * @property {import("./model.js").ObservedSignal[]} signals
 * @property {{ seq: number, leaf: Uint8Array, leafIndex: number, auditPath: Uint8Array[] } | null} perimeter
 * @property {{ id: string, state: import("./model.js").State, version: number } | null} counterStamp
 * @property {import("./logs.js").TreeHead} head
 * @property {string} req
 *
 * @typedef {{ text: string, claims: Claims, parts: import("./jws.js").Jws }} Receipt
 * @typedef {"signature" | "key" | "inclusion"} Check
 */
export const DISCLAIMER: "SSCT-D1";
export const CHECKS: readonly ["signature", "key", "inclusion"];
export function requestHash(brand: string | null, artifact: Artifact | null, nonce: string | null): Promise<string>;
export type Json = import("./json.js").Json;
export type JsonObject = import("./json.js").JsonObject;
export type Artifact = import("./model.js").Artifact;
export type JwkSet = import("./jwks.js").JwkSet;
export type TimeProof = import("./keytime.js").TimeProof;
export type Claims = {
    /**
     * - base URL of the node
     */
    iss: string;
    jti: string;
    /**
     * - seconds; the node's claim
     */
    iat: number;
    nonce: string | null;
    artifact: Artifact | null;
    brand: {
        id: string;
        name: string;
        domain: string;
    } | null;
    fact: import("./model.js").Fact;
    attribution: import("./model.js").Attribution;
    signals: import("./model.js").ObservedSignal[];
    perimeter: {
        seq: number;
        leaf: Uint8Array;
        leafIndex: number;
        auditPath: Uint8Array[];
    } | null;
    counterStamp: {
        id: string;
        state: import("./model.js").State;
        version: number;
    } | null;
    head: import("./logs.js").TreeHead;
    req: string;
};
export type Receipt = {
    text: string;
    claims: Claims;
    parts: import("./jws.js").Jws;
};
export type Check = "signature" | "key" | "inclusion";
import { Failure } from "./failure.js";
