/** `node:test` as far as the suites of verify-js use it: names and steps, run one after the other. */

const steps = [];

export const test = (name, step) => steps.push({ name, step });

/** Run everything; answers the names with what went wrong, or null. */
export async function run() {
  const results = [];
  for (const { name, step } of steps) {
    try {
      await step();
      results.push([name, null]);
    } catch (problem) {
      results.push([name, `${problem?.message} ${problem?.cause ?? ""} ${problem?.stack ?? ""}`]);
    }
  }
  return results;
}
