import { runExample } from '@scopegate/example-harness'
import { example } from './example.ts'

await runExample(example, process.argv.slice(2))
