/**
 * A text for plain data that only equal data has. `JSON.stringify` would do, but that it asks every object and list for a
 * `toJSON`, which anyone may have put on a prototype; of text and numbers it asks nothing.
 */
export function keyOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return `${value}`
  if (Array.isArray(value)) return `[${value.map(keyOf)}]`
  return `{${Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${keyOf(member)}`)}}`
}
