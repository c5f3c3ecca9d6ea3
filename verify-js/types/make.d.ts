/** A fresh key whose secret part nobody can read. @returns {Promise<SigningKey>} */
export function freshKey(): Promise<SigningKey>;
/**
 * What a proof says of a file; the file itself goes nowhere.
 *
 * @param {{ name: string, type: string, arrayBuffer: () => Promise<ArrayBuffer> }} file - as a browser hands it out
 * @returns {Promise<FileMeta>}
 */
export function fileMeta(file: {
    name: string;
    type: string;
    arrayBuffer: () => Promise<ArrayBuffer>;
}): Promise<FileMeta>;
/** A proof that is not signed yet. */
export class Draft {
    /**
     * @param {Content} content - what is to be proven: at most 280 UTF-16 code units, a file, or both
     * @param {{ tz: string, nonce?: Uint8Array, key?: SigningKey }} given - the maker's time zone
     * @returns {Promise<Draft>}
     * @throws {import("./failure.js").Failure} MESSAGE_TOO_LONG, NOT_CANONICALIZABLE, MISSING_FIELD, FILE_META_INVALID
     */
    static of({ message, file }: Content, { tz, nonce, key }: {
        tz: string;
        nonce?: Uint8Array;
        key?: SigningKey;
    }): Promise<Draft>;
    /** @param {JsonObject} payload @param {SigningKey} key @param {string} asked */
    constructor(payload: JsonObject, key: SigningKey, asked: string);
    payload: import("./json.js").JsonObject;
    /** what a time authority is to attest: 64 lower hex, which say nothing of the content */
    commitment: string;
    /**
     * Sign with the maker's own time: version 1.0, level 1.
     *
     * @param {number} t - milliseconds
     * @returns {Promise<string>}
     */
    selfAttested(t: number): Promise<string>;
    /**
     * Sign with an authority's time: version 1.1, level 2. Whether it is believed is for whoever verifies.
     *
     * @param {import("./json.js").Json} ta - the answer to `commitment`
     * @returns {Promise<string>}
     * @throws {import("./failure.js").Failure} TA_FORMAT
     */
    attested(ta: import("./json.js").Json): Promise<string>;
    #private;
}
export function makeProof(content: Content, { tz, nowMs }: {
    tz: string;
    nowMs: number;
}): Promise<string>;
export type JsonObject = import("./json.js").JsonObject;
export type FileMeta = {
    name: string;
    size: number;
    hash: string;
    type: string;
};
export type Content = {
    message?: string;
    file?: FileMeta | null;
};
/**
 * - a fresh key that nothing else holds
 */
export type SigningKey = {
    /**
     * - 32 octets
     */
    publicKey: Uint8Array;
    sign: (message: Uint8Array) => Promise<Uint8Array>;
};
