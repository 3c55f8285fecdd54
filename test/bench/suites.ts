import type { Suite } from './suite.ts'
import { client } from './suites/client.ts'
import { cold } from './suites/cold.ts'
import { curve } from './suites/curve.ts'
import { decision } from './suites/decision.ts'
import { delay } from './suites/delay.ts'
import { denials } from './suites/denials.ts'
import { http } from './suites/http.ts'
import { importTime } from './suites/import.ts'
import { issuer } from './suites/issuer.ts'
import { routes } from './suites/routes.ts'
import { scale } from './suites/scale.ts'

/** Every suite by the name it is asked for with, in the order of a whole run. */
export const SUITES: Readonly<Record<string, Suite>> = {
  decision,
  curve,
  cold,
  http,
  denials,
  routes,
  delay,
  import: importTime,
  issuer,
  client,
  scale,
}
