/** `node:buffer` as far as the suites of verify-js use it. */

export const { File } = globalThis;
