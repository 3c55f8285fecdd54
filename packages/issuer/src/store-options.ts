import * as z from 'zod/mini'
import { text, whole } from './value-options.ts'

export const libsqlOptionsSchema: z.ZodMiniType = z.strictObject({ file: text })

export const postgresOptionsSchema: z.ZodMiniType = z.strictObject({
  connectionString: z.optional(text),
  maxConnections: z.optional(whole(1, 10_000)),
  ssl: z.optional(
    z.union([z.boolean(), z.looseObject({})], 'must be true, false or an object with TLS options of `pg`'),
  ),
})
