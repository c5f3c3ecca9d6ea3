/**
 * Members type and value of an artifact as they are read.
 *
 * @param {import("./members.js").Members} members
 * @returns {Artifact}
 */
export function artifactIn(members: import("./members.js").Members): Artifact;
/** The closed words of SSCT-1 (specs/signal.md); nothing about what anybody means to do. */
export const ARTIFACT_TYPES: readonly ["domain", "whatsapp", "telegram", "shortlink", "phone", "sms_sender", "email"];
export const FACTS: readonly ["PERTENECE", "NO_PERTENECE", "COUNTERSTAMP", "DISPUTED", "UNKNOWN"];
export const ATTRIBUTIONS: readonly ["platform_origin", "content_only", "direct"];
export const SIGNALS: readonly ["LOOKALIKE_DOMAIN", "LOOKALIKE_HANDLE", "PUNYCODE", "SHORT_LINK", "NEW_DOMAIN", "CALLING_CODE_DIFFERS"];
export const STATES: readonly ["observed", "under_review", "confirmed", "revoked", "expired", "disputed"];
export const ROLES: readonly ["brand", "reviewer", "owner", "system"];
export const REASON_CODES: readonly ["NOT_OURS", "NO_LONGER_OURS", "NAME_USED_WITHOUT_PERMISSION"];
export namespace LEVELS {
    let COUNTERSTAMP: "L1";
    let NO_PERTENECE: "L2";
    let DISPUTED: "L3";
    let UNKNOWN: "L4";
    let PERTENECE: "L5";
}
/**
 * @typedef {typeof ARTIFACT_TYPES[number]} ArtifactType
 * @typedef {typeof FACTS[number]} Fact
 * @typedef {typeof ATTRIBUTIONS[number]} Attribution
 * @typedef {typeof SIGNALS[number]} ObservedSignal
 * @typedef {typeof STATES[number]} State
 * @typedef {typeof ROLES[number]} Role
 * @typedef {typeof REASON_CODES[number]} ReasonCode
 * @typedef {{ type: ArtifactType, value: string }} Artifact
 */
export const LATEST_S: 253402300799;
export function isHex64(text: string): boolean;
export function isNamed(prefix: string, text: string): boolean;
export type ArtifactType = (typeof ARTIFACT_TYPES)[number];
export type Fact = (typeof FACTS)[number];
export type Attribution = (typeof ATTRIBUTIONS)[number];
export type ObservedSignal = (typeof SIGNALS)[number];
export type State = (typeof STATES)[number];
export type Role = (typeof ROLES)[number];
export type ReasonCode = (typeof REASON_CODES)[number];
export type Artifact = {
    type: ArtifactType;
    value: string;
};
