// Verifies what stands on this page, octet for octet as its reader sees it: the entry, its way up, the signed head.
// Only the node's keys come from elsewhere, from where it publishes them.
import { signedTree, treeSays } from "./head.js";
import { at, examine, sayings } from "./outcome.js";
import { Failure } from "./verify/failure.js";
import { leafHash, nodeHash, sha256, verifyInclusion } from "./verify/merkle.js";
import { decimal } from "./verify/note.js";
import { fromBase64url, fromHex, hex, textOf, utf8 } from "./verify/octets.js";

const WIDTH = 10;

/** What was hashed; of an erased leaf there is nothing but its hash. @param {HTMLElement} element */
function octetsOf({ dataset, textContent }) {
  const text = textContent ?? "";
  return dataset.form === "text" ? utf8(text) : fromHex(text);
}

/**
 * What a leaf names, as the page says it in words.
 *
 * @param {Uint8Array} octets
 * @param {string | undefined} form
 * @returns {Promise<Record<string, string | number>>}
 */
async function named(octets, form) {
  if (form === "hash") return { leaf: hex(octets) };
  if (form === "hex") return { receipt_hash: hex(octets) };
  const text = textOf(octets) ?? "";
  const [, payload] = text.split(".");
  const json = JSON.parse(text.startsWith("{") ? text : (textOf(fromBase64url(payload ?? "")) ?? ""));
  return {
    at: json.timestamp ?? json.iat * 1000,
    stamp_id: json.stampId,
    tx_hash: hex(await sha256(octets)),
    day: json.day,
    commitment: json.c,
    brand: `${json.name} (${json.domain})`,
    brand_id: json.brand,
    seq: String(json.seq),
    channels: String(json.channels?.length),
  };
}

/**
 * Whether the node on the path is the left one of its pair, which follows from its place; the page must say the same.
 *
 * @param {string} side
 * @param {bigint} index
 * @param {bigint} size
 * @param {number} level
 * @throws {Failure} PAGE_MISMATCH
 */
function isLeft(side, index, size, level) {
  const inner = index === size - 1n ? 0 : (index ^ (size - 1n)).toString(2).length;
  const left = level < inner && ((index >> BigInt(level)) & 1n) === 0n;
  if (side !== (left ? "left" : "right")) throw new Failure("PAGE_MISMATCH", "a hash is drawn on the other side");
  return left;
}

/**
 * Fill the drawing with the hashes that this page computes, from the leaf up.
 *
 * @param {Uint8Array} leaf
 * @param {{ left: boolean, given: Uint8Array }[]} steps
 */
async function drawn(leaf, steps) {
  const hashes = [leaf];
  for (const { left, given } of steps) {
    const own = hashes[hashes.length - 1];
    hashes.push(await (left ? nodeHash(own, given) : nodeHash(given, own)));
  }
  for (const [step, octets] of hashes.entries()) {
    const text = document.querySelector(`#drawing [data-step="${step}"] text`);
    if (text) text.textContent = `${hex(octets).slice(0, WIDTH)}…`;
  }
}

await examine("entry", async () => {
  const tree = await signedTree();
  const leaf = at("leaf");
  const octets = octetsOf(leaf);
  const hashed = leaf.dataset.form === "hash" ? octets : await leafHash(octets);
  const index = decimal(at("index").textContent ?? "");
  const steps = Array.from(document.querySelectorAll("#path li"), (item, level) => ({
    left: isLeft(item.getAttribute("data-side") ?? "", index, tree.size, level),
    given: fromHex(item.querySelector("code")?.textContent ?? ""),
  }));
  await drawn(hashed, steps);
  const path = steps.map((step) => step.given);
  await verifyInclusion(hashed, index, tree.size, path, tree.root);
  sayings({ ...treeSays(tree), ...(await named(octets, leaf.dataset.form)) });
  return tree.signer;
});
