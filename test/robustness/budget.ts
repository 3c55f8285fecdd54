/** One figure and whether it keeps its budget. */
export interface Figure {
  readonly name: string
  /** As it is printed: `0.4 ms, doubled 0.8 ms`. */
  readonly measured: string
  /** What is allowed, as it is printed. */
  readonly budget: string
  readonly kept: boolean
}

/** Prints a section as it is measured. Answers whether every budget of it was kept. */
export async function printSection(
  title: string,
  figures: AsyncIterable<Figure> | Iterable<Figure>,
): Promise<boolean> {
  console.log(`\n${title}`)
  let kept = true
  for await (const figure of figures) {
    console.log(row(figure))
    kept &&= figure.kept
  }
  return kept
}

function row({ name, measured, budget, kept }: Figure): string {
  return `  ${kept ? 'kept  ' : 'BROKEN'} ${name.padEnd(52)} ${measured} (budget: ${budget})`
}

/** A figure that must not be larger than its budget. */
export function atMost(name: string, measured: number, budget: number, unit: string): Figure {
  return {
    name,
    measured: `${rounded(measured)} ${unit}`,
    budget: `${budget} ${unit}`,
    kept: measured <= budget,
  }
}

/** A figure that must be exactly what it is expected to be. */
export function exactly(name: string, measured: number | string, budget: number | string): Figure {
  return { name, measured: String(measured), budget: `exactly ${budget}`, kept: measured === budget }
}

export function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2)
}
