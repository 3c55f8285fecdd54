/** A member of the object's own; something called `constructor` is absent unless somebody wrote it. */
export function own<Value>(members: Readonly<Record<string, Value>>, name: string): Value | undefined {
  const value = members[name]
  // Most of what is asked for is absent, which this tells sooner.
  return value === undefined || Object.hasOwn(members, name) ? value : undefined
}
