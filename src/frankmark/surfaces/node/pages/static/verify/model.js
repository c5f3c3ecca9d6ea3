/** The closed words of SSCT-1 (specs/signal.md); nothing about what anybody means to do. */

export const ARTIFACT_TYPES = /** @type {const} */ (
  ["domain", "whatsapp", "telegram", "shortlink", "phone", "sms_sender", "email"]
);
export const FACTS = /** @type {const} */ (["PERTENECE", "NO_PERTENECE", "COUNTERSTAMP", "DISPUTED", "UNKNOWN"]);
export const ATTRIBUTIONS = /** @type {const} */ (["platform_origin", "content_only", "direct"]);
export const SIGNALS = /** @type {const} */ (
  ["LOOKALIKE_DOMAIN", "LOOKALIKE_HANDLE", "PUNYCODE", "SHORT_LINK", "NEW_DOMAIN", "CALLING_CODE_DIFFERS"]
);
export const STATES = /** @type {const} */ (
  ["observed", "under_review", "confirmed", "revoked", "expired", "disputed"]
);
export const ROLES = /** @type {const} */ (["brand", "reviewer", "owner", "system"]);
export const REASON_CODES = /** @type {const} */ (["NOT_OURS", "NO_LONGER_OURS", "NAME_USED_WITHOUT_PERMISSION"]);
/** How much the registry holds against a channel, L1 the most; never to be merged with the level of mail. */
export const LEVELS = /** @type {const} */ (
  { COUNTERSTAMP: "L1", NO_PERTENECE: "L2", DISPUTED: "L3", UNKNOWN: "L4", PERTENECE: "L5" }
);

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

export const LATEST_S = 253_402_300_799;
const HEX64 = /^[0-9a-f]{64}$/;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** @param {string} text */
export const isHex64 = (text) => HEX64.test(text);

/** Whether a text is a prefix and a ULID. @param {string} prefix @param {string} text */
export const isNamed = (prefix, text) => text.startsWith(prefix) && ULID.test(text.slice(prefix.length));

/**
 * Members type and value of an artifact as they are read.
 *
 * @param {import("./members.js").Members} members
 * @returns {Artifact}
 */
export function artifactIn(members) {
  const artifact = { type: members.word("type", ARTIFACT_TYPES), value: members.text("value") };
  members.end();
  return artifact;
}
