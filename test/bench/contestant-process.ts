import type { Measurement } from './bursts.ts'
import type { Contestant } from './sampler.ts'

/** The messages of {@link race}: first what to become, then a request for one measurement at a time. */
type Order = { readonly module: string; readonly name: string; readonly input: unknown } | 'sample'

let sampler: Measurement | undefined

process.on('disconnect', () => process.exit())
process.on('message', (order: Order) => {
  obey(order).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
  )
})

async function obey(order: Order): Promise<number> {
  if (order === 'sample') return await (sampler as Measurement)()
  const { contestants } = (await import(order.module)) as { contestants: Record<string, Contestant<unknown>> }
  const contestant = contestants[order.name]
  if (contestant === undefined) throw new Error(`${order.module} has no contestant "${order.name}"`)
  sampler = await contestant(order.input)
  globalThis.gc?.()
  return 0
}
