// Verifies the receipt that stands on this page, and that the page says of it what it says itself. Only the node's keys
// come from elsewhere, from where it publishes them.
import { at, examine, published, sayings } from "./outcome.js";
import { Failure } from "./verify/failure.js";
import { examineReceipt } from "./verify/receipt.js";

/** @param {import("./verify/receipt.js").Claims} claims */
const said = ({ iat, iss, artifact, brand, fact, nonce }) => ({
  at: iat * 1000,
  iss,
  artifact: artifact?.value ?? "",
  brand: brand === null ? "" : `${brand.name} (${brand.domain})`,
  fact,
  nonce: nonce ?? "",
});

await examine("receipt", async () => {
  const text = at("receipt").textContent ?? "";
  const { keys } = await published();
  const { failure, receipt } = await examineReceipt(text, keys);
  if (failure !== null) throw failure;
  if (receipt === null || receipt.claims.jti !== at("jti").textContent) {
    throw new Failure("RECEIPT_MISMATCH", "this is another receipt");
  }
  sayings(said(receipt.claims));
  return receipt.parts.kid ?? "";
});
