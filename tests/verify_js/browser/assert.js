/** `node:assert/strict` as far as the suites of verify-js use it. */

const shown = (value) => JSON.stringify(value, (_name, one) => (typeof one === "bigint" ? `${one}n` : one));

function demand(holds, message, sides) {
  if (!holds) throw new Error(`${message ?? "asserted"}: ${sides.map(shown).join(" / ")}`);
}

function alike(one, other) {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && alike(one[name], other[name]));
}

export default {
  ok: (value, message) => demand(Boolean(value), message, [value]),
  equal: (one, other, message) => demand(Object.is(one, other), message, [one, other]),
  notEqual: (one, other, message) => demand(!Object.is(one, other), message, [one, other]),
  deepEqual: (one, other, message) => demand(alike(one, other), message, [one, other]),
  rejects: async (step, form) => {
    let problem = null;
    try {
      await step();
    } catch (thrown) {
      problem = thrown;
    }
    demand(problem !== null && form.test(String(problem)), "rejects", [String(problem)]);
  },
};
