/** What the page shows of a thing: the verdict, what it shows and does not show, and what it says word for word. */

import { Failure } from "../src/failure.js";
import { standing } from "../src/judge.js";
import { element, reason, say } from "./speech.js";
import { factLines, inWords } from "./words.js";

/** @typedef {import("../src/judge.js").Finding} Finding */

/** @type {Record<string, string>} */
const SIGNS = {
  valid: "M5 13l5 5 9-11",
  limited: "M12 4v9m0 5v.5M3 21h18L12 2.500Z",
  undecided: "M5 12h14",
  invalid: "M6 6l12 12M18 6L6 18",
};

/** @param {string} came @param {string} title @param {string} sentence */
function stateOf(came, title, sentence) {
  const card = element("article", "", `card finding ${came}`);
  const state = element("div", "", "state");
  const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  sign.setAttribute("viewBox", "0 0 24 24");
  sign.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SIGNS[came]);
  sign.append(path);
  const words = element("div");
  words.append(element("p", title, "word"), element("p", sentence));
  state.append(sign, words);
  card.append(state);
  return card;
}

/** @param {string} name @param {Failure | null} problem */
export function problemCard(name, problem) {
  const card = stateOf("invalid", `${say("state.unread")}: ${name}`, reason(problem));
  card.append(codeLine(problem?.code ?? ""));
  return card;
}

/** How much speaks against a thing: 0 for one that is simply valid. @param {Finding} finding */
export const gravity = (finding) => ["valid", "limited", "undecided", "invalid"].indexOf(standing(finding));

/** @param {string} name @param {Finding[]} findings - the gravest first */
export function manyCard(name, findings) {
  const good = findings.filter((one) => gravity(one) === 0).length;
  const came = standing(findings[0]);
  const sentence = say("many.text", { good, other: findings.length - good });
  const title = `${say(`state.${came}`)}: ${say("many.title", { total: findings.length })}`;
  const card = stateOf(came, title, sentence);
  if (name !== "") card.append(element("p", name, "hint"));
  return card;
}

/** @param {string} code */
function codeLine(code) {
  const line = element("p", "", "hint");
  line.append(element("code", code));
  return line;
}

/** @param {string} name @param {Finding} finding */
export function findingCard(name, finding) {
  const came = standing(finding);
  const kind = say(`kind.${finding.kind}`);
  const sentence = finding.error === null ? say(`state.text.${came}`) : reason(finding.error);
  const card = stateOf(came, `${say(`state.${came}`)}: ${kind}`, sentence);
  if (finding.error !== null) card.append(codeLine(finding.error.code));
  if (name !== "") card.append(element("p", name, "hint"));
  if (finding.aboutReceipt !== undefined) {
    card.append(element("p", say(finding.aboutReceipt ? "attached.about" : "attached.other"), "hint"));
  }
  const { shown, open } = inWords(finding, say);
  const sides = element("div", "", "sides");
  if (shown.length > 0) sides.append(side("shown", say("shown.title"), shown));
  sides.append(side("open", say("open.title"), open));
  card.append(sides, ...noticed(finding), details(finding));
  return card;
}

/** @param {string} kind @param {string} title @param {string[]} lines */
function side(kind, title, lines) {
  const part = element("div", "", kind);
  const list = element("ul");
  list.append(...lines.map((line) => element("li", line)));
  part.append(element("h3", title), list);
  return part;
}

/** What a careful reader wants to know, beyond the verdict. @param {Finding} finding */
function noticed({ error, report, warnings }) {
  const codes = [...(report?.errors.map((one) => one.code) ?? []), ...warnings].filter((code) => code !== error?.code);
  if (codes.length === 0) return [];
  const list = element("ul");
  for (const code of new Set(codes)) {
    const line = element("li", `${reason(new Failure(code, ""))} `);
    line.append(element("code", code));
    list.append(line);
  }
  return [element("h3", say("noticed.title")), list];
}

/** @param {Finding} finding */
function details(finding) {
  const box = document.createElement("details");
  box.open = !Array.isArray(finding.facts.channels);
  const list = element("dl", "", "facts");
  for (const [check, holds] of Object.entries(finding.checks ?? {})) {
    list.append(element("dt", say(`check.${check}`)), element("dd", say(holds ? "check.yes" : "check.no")));
  }
  if (finding.issuer) list.append(element("dt", say("fact.issuer")), element("dd", finding.issuer));
  for (const [label, value] of factLines(finding, say)) list.append(element("dt", label), element("dd", value));
  box.append(element("summary", say(finding.error === null ? "facts.title" : "facts.unproven")), list);
  return box;
}
