/**
 * The same function, which need not work for what it was asked about before: what most requests have in common is told by
 * one comparison. Of functions only whose answers never change.
 */
export function rememberLatest<Key extends string | object, Value>(
  answer: (key: Key) => Value,
): (key: Key) => Value {
  let latest: { readonly key: Key; readonly value: Value } | undefined
  return (key) => {
    if (latest?.key !== key) latest = { key, value: answer(key) }
    return latest.value
  }
}
