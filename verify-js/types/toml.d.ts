export function parseToml(text: string): Map<string, Tables>;
export type Value = string | number | string[];
export type Tables = Map<string, Map<string, Value>>;
