/** @param {string} text @returns {bigint} from 0 to 2^63-1 @throws CHECKPOINT_MALFORMED */
export function decimal(text: string): bigint;
/** A key that notes are verified with; its text form is the vkey. */
export class VerifierKey {
    /**
     * Read `name+hex(key id)+base64(type ‖ key)`.
     *
     * @param {string} text
     * @returns {Promise<VerifierKey>}
     * @throws {Failure} VKEY_MALFORMED, VKEY_TYPE, VKEY_KEY_ID, NOTE_KEY_NAME, `KEY_…`, `BASE64_INVALID`, `HEX_INVALID`
     */
    static parse(text: string): Promise<VerifierKey>;
    /** @param {string} name @param {number} kind @param {Ed25519PublicKey} key @param {Uint8Array} keyId */
    constructor(name: string, kind: number, key: Ed25519PublicKey, keyId: Uint8Array);
    name: string;
    kind: number;
    key: Ed25519PublicKey;
    keyId: Uint8Array<ArrayBufferLike>;
    toString(): string;
    /** Whether a signature line names this key. @param {NoteSignature} line */
    named(line: NoteSignature): boolean;
    /**
     * @param {string} text
     * @param {NoteSignature} line
     * @returns {Promise<number>} the time of the signature in seconds; 0 for a type without one
     * @throws {Failure} NOTE_SIGNATURE_INVALID
     */
    verify(text: string, line: NoteSignature): Promise<number>;
}
/** A text and the signatures below it, none of which is verified by being here. */
export class Note {
    /**
     * @param {Uint8Array} octets
     * @returns {Note}
     * @throws {Failure} NOTE_TOO_LARGE, NOTE_NOT_TEXT, NOTE_MALFORMED, NOTE_SIGNATURE_LINE, NOTE_KEY_NAME, BASE64_INVALID
     */
    static parse(octets: Uint8Array): Note;
    /** @param {string} text @param {NoteSignature[]} signatures */
    constructor(text: string, signatures: NoteSignature[]);
    text: string;
    signatures: NoteSignature[];
    /** The octets, in the one spelling that `parse` reads. @returns {Uint8Array} */
    render(): Uint8Array;
    /**
     * Verify the signatures of known keys; those of unknown ones are passed over.
     *
     * @param {VerifierKey[]} keys
     * @returns {Promise<Map<VerifierKey, number>>} the keys that signed, with the times of their signatures in seconds
     * @throws {Failure} NOTE_SIGNATURE_INVALID, NOTE_UNSIGNED
     */
    verify(keys: VerifierKey[]): Promise<Map<VerifierKey, number>>;
}
/** A log's name, its size and its root, in its signed note. */
export class Checkpoint {
    /** @param {Uint8Array} octets @returns {Checkpoint} @throws {Failure} as `Note.parse`; CHECKPOINT_MALFORMED */
    static parse(octets: Uint8Array): Checkpoint;
    /**
     * @param {Note} note
     * @param {string} origin
     * @param {bigint} size
     * @param {Uint8Array} root
     * @param {string[]} more
     */
    constructor(note: Note, origin: string, size: bigint, root: Uint8Array, more: string[]);
    note: Note;
    origin: string;
    size: bigint;
    root: Uint8Array<ArrayBufferLike>;
    extensions: string[];
    /**
     * Verify that the log signed this, and that enough witnesses saw it.
     *
     * @param {string} origin - the log that is meant
     * @param {VerifierKey[]} logKeys
     * @param {VerifierKey[]} [witnesses]
     * @param {number} [quorum]
     * @returns {Promise<Map<VerifierKey, number>>} the witnesses that cosigned, each with its time in seconds
     * @throws {Failure} CHECKPOINT_ORIGIN, NOTE_UNSIGNED, NOTE_SIGNATURE_INVALID, COSIGNATURES_TOO_FEW
     */
    verify(origin: string, logKeys: VerifierKey[], witnesses?: VerifierKey[], quorum?: number): Promise<Map<VerifierKey, number>>;
}
export type NoteSignature = {
    name: string;
    keyId: Uint8Array;
    /**
     * - what follows the key id
     */
    octets: Uint8Array;
};
import { Ed25519PublicKey } from "./keys.js";
