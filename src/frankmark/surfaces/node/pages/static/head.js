// The signed head that stands on a page of the log explorer, verified as its reader sees it.
import { at, examine, published, sayings } from "./outcome.js";
import { Failure } from "./verify/failure.js";
import { readHead, verifyHead } from "./verify/logs.js";
import { Checkpoint } from "./verify/note.js";
import { hex, utf8 } from "./verify/octets.js";

/** @typedef {{ size: bigint, root: Uint8Array, signer: string }} Tree */

/** The tree that the head is about, once its signature holds. @returns {Promise<Tree>} */
export async function signedTree() {
  const head = at("head");
  const text = head.textContent ?? "";
  const { keys, logKeys } = await published();
  if (head.dataset.kind === "sth") {
    const stated = readHead(text);
    if (stated.log !== head.dataset.log) throw new Failure("CHECKPOINT_ORIGIN", "this is the head of another log");
    const key = await verifyHead(stated, keys);
    return { size: BigInt(stated.size), root: stated.root, signer: key.kid };
  }
  const checkpoint = Checkpoint.parse(utf8(text));
  const known = logKeys.filter((key) => key.name === checkpoint.origin);
  await checkpoint.verify(checkpoint.origin, known);
  return { size: checkpoint.size, root: checkpoint.root, signer: known.map(String).join(" ") };
}

/** What the page says of a tree. @param {Tree} tree */
export const treeSays = ({ size, root }) => ({ size: String(size), root: hex(root) });

await examine("head", async () => {
  const tree = await signedTree();
  sayings(treeSays(tree));
  return tree.signer;
});
