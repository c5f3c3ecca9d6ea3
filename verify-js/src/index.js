/**
 * Verify what Frankmark signs, without Frankmark: stamps, receipts, heads, log proofs, perimeters, StampedSafe
 * proofs.
 */

export { Failure } from "./failure.js";
export { judge, standing } from "./judge.js";
export { recognise, recogniseAll } from "./recognise.js";
export { joinedTrust, noTrust, readTrust, readTrustDocument, resemblesTrust } from "./trust.js";
export { JwkSet } from "./jwks.js";
export { parseToken, verifyDomain, verifyToken } from "./token.js";
export { parseHeader, parseRecord, parseVerifyUrl } from "./taglist.js";
export { checkCommitment, parseEntry, txHash, verifyEntry } from "./ledger.js";
export { parseAsset } from "./assets.js";
export { parseTransaction } from "./transaction.js";
export { leafHash, nodeHash, prefixRoots, root, sha256, verifyConsistency, verifyInclusion } from "./merkle.js";
export { Checkpoint, Note, VerifierKey } from "./note.js";
export { TlogProof } from "./tlogproof.js";
export { examineReceipt, readReceipt, requestHash, verifyReceipt } from "./receipt.js";
export { officialLeaf, readHead, receiptsLeaf, verifyHead, verifyIncluded } from "./logs.js";
export { parseSplitView, seenHead, verifySplit } from "./splitview.js";
export { abuseCommitment, abuseLeaf, parseAbuseLeaf, parseOpening, verifyOpening } from "./abuse.js";
export {
  channelOf, domainsToProve, isActive, parseBrandRecord, readPerimeter, verifyPerimeter, verifyPerimeterTime,
  verifySuccession,
} from "./perimeter.js";
export { coreHash, parseCore, readStatement, verifyStatement } from "./counterstamp.js";
export { canonicalArtifact } from "./artifact.js";
export { PublicSuffixes } from "./suffixes.js";
export { verifyProof } from "./stampedsafe.js";
export { Draft, fileMeta, freshKey, makeProof } from "./make.js";
export { dump as canonicalJson, load as loadJson } from "./json.js";
export { base64, base64url, fromBase64, fromBase64url, fromHex, hex, textOf, utf8 } from "./octets.js";
