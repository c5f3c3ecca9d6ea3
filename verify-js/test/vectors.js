/** Reads the project's language-neutral vectors. */

import { readFileSync, readdirSync } from "node:fs";

import { load } from "../src/json.js";

const FOLDER = new URL("../../vectors/", import.meta.url);

/** @param {string} name @returns {any} */
export const vectors = (name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));

/** @param {string} name @returns {Uint8Array} */
export const octetsOf = (name) => new Uint8Array(readFileSync(new URL(name, FOLDER)));

/** Numbers as they were written: an integer in another spelling is none. @param {string} name @returns {any} */
export const exactly = (name) => load(octetsOf(name), { maxBytes: 1 << 24, exact: true });

/** The JSON files of a folder and below it. @param {string} folder @returns {string[]} */
export const jsonBelow = (folder) =>
  readdirSync(new URL(folder, FOLDER), { recursive: true })
    .map((name) => folder + String(name))
    .filter((name) => name.endsWith(".json"))
    .sort();

/** The code of what a step throws, or "ok". @param {() => unknown} step @returns {Promise<string>} */
export async function outcome(step) {
  try {
    await step();
    return "ok";
  } catch (problem) {
    if (problem instanceof Error && "code" in problem && problem.name === "Failure") return String(problem.code);
    throw problem;
  }
}
