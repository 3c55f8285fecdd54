/** The function, asked once for each text. What it gave is kept for as long as the function is: for set-up only. */
export function memoized<Value>(create: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>()
  return (text) => {
    const earlier = known.get(text)
    if (earlier !== undefined) return earlier
    const value = create(text)
    known.set(text, value)
    return value
  }
}
