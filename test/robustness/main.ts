import { printSection } from './budget.ts'
import { measureStalls } from './stalls.ts'

const sections = [['Processor time of one hostile request', measureStalls]] as const

let kept = true
for (const [title, measure] of sections) kept = (await printSection(title, measure())) && kept
console.log(kept ? '\nevery budget kept' : '\na budget was broken')
if (!kept) process.exitCode = 1
