import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SECTIONS } from '../../rfc-checklist/clauses.ts'
import { CHECKLIST, findTests, readConformance, renderChecklist } from '../../rfc-checklist/render.ts'

const clauses = SECTIONS.flatMap((section) => section.clauses)
const tests = findTests()

describe('the checklist of the specifications', () => {
  it('has a clause for every numbered test, and one test for every clause that is not open', () => {
    const ids = clauses.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(tests.filter(({ id }) => !ids.includes(id))).toEqual([])
    for (const { id, open } of clauses) {
      const own = tests.filter((test) => test.id === id)
      expect(own.length, id).toBeLessThan(2)
      if (open === undefined) expect(own.length, `${id} has no test and no reason`).toBe(1)
    }
  })

  it('names only conformance cases that exist', () => {
    const cases = readConformance()
    const missing = clauses
      .flatMap(({ conformance }) => conformance ?? [])
      .filter((name) => !cases.includes(`'${name}'`))
    expect(missing).toEqual([])
  })

  it('is published as it is, with every test passed; `npm run docs:checklist` writes it', () => {
    expect(narrow(readFileSync(CHECKLIST, 'utf8'))).toBe(narrow(renderChecklist(() => 'passed')))
  })
})

/** Without what a formatter puts into tables. */
function narrow(markdown: string): string {
  return markdown.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---')
}
