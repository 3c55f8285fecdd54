/** A member of the object's own: something called `constructor` is absent unless somebody wrote it. */
export function own<Value>(members: Readonly<Record<string, Value>>, name: string): Value | undefined {
  const value = members[name]
  // What is absent, as optional members mostly are, needs no second look.
  return value === undefined || Object.hasOwn(members, name) ? value : undefined
}
