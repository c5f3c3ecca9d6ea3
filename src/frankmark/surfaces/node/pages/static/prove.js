// Makes a proof where the text and the file are. A fresh key signs once and is gone; the text, the file and the key go
// nowhere. With a time authority one hash goes to this node, which says nothing of the content, and is shown.
import { Failure } from "./verify/failure.js";
import { Draft, fileMeta } from "./verify/make.js";

const TIME = "/api/time";

/** @template {HTMLElement} T @param {string} id @returns {T} */
const at = (id) => /** @type {T} */ (document.getElementById(id));

const message = /** @type {HTMLTextAreaElement} */ (at("message"));
const file = /** @type {HTMLInputElement} */ (at("file"));
const make = /** @type {HTMLButtonElement} */ (at("make"));
let saved = "";

/** How many units of the message are used, as a proof counts them. */
function count() {
  at("count").textContent = (at("count").dataset.count ?? "").replace("#", String(message.value.length));
}

/** The answer of this node's time authority to a hash. @param {string} nonce */
async function attested(nonce) {
  const body = JSON.stringify({ nonce });
  const answer = await fetch(TIME, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  if (!answer.ok) throw new Failure((await answer.json()).code ?? "TA_UNREACHABLE", `${TIME} answers ${answer.status}`);
  return answer.json();
}

async function proof() {
  const [chosen] = file.files ?? [];
  const content = { message: message.value, file: chosen ? await fileMeta(chosen) : null };
  const { timeZone: tz } = Intl.DateTimeFormat().resolvedOptions();
  const draft = await Draft.of(content, { tz: tz || "UTC" });
  const level = /** @type {HTMLInputElement} */ (at("level-2")).checked ? 2 : 1;
  if (level === 1) return { level, sent: "", text: await draft.selfAttested(Date.now()) };
  return { level, sent: draft.commitment, text: await draft.attested(await attested(draft.commitment)) };
}

/** @param {{ level: number, sent: string, text: string }} made */
function show({ level, sent, text }) {
  at("told").replaceChildren();
  at("proof").textContent = text;
  at("sent").textContent = sent;
  at("sent-text").hidden = at("shown-2").hidden = level === 1;
  at("not-sent").hidden = at("shown-1").hidden = at("open-1").hidden = level === 2;
  URL.revokeObjectURL(saved);
  saved = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const save = /** @type {HTMLAnchorElement} */ (at("save"));
  save.href = saved;
  save.download = `${JSON.parse(text).id}.stampedsafe.json`;
  at("made").hidden = false;
  at("made-title").focus();
}

/** @param {string} detail */
function refuse(detail) {
  const told = /** @type {DocumentFragment} */ (/** @type {HTMLTemplateElement} */ (at("wrong")).content.cloneNode(true));
  const place = told.querySelector(".detail");
  if (place) place.textContent = detail;
  at("told").replaceChildren(told);
  at("made").hidden = true;
}

make.addEventListener("click", async () => {
  make.disabled = true;
  try {
    show(await proof());
  } catch (problem) {
    refuse(problem instanceof Failure ? `${problem.code} (${problem.detail})` : String(problem));
  }
  make.disabled = false;
});
at("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(at("proof").textContent ?? "");
  at("copy").textContent = at("copy").dataset.copied ?? "";
});
message.addEventListener("input", count);
count();
at("without").hidden = true;
at("prove").hidden = false;
