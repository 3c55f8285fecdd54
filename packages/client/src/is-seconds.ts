/** Whether a reply means it as a number of seconds: by a number or by digits. */
export function isSeconds(value: unknown): boolean {
  return /^\d+(\.\d+)?$/.test(`${value}`)
}
