import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const source = (adapter: string): string =>
  readFileSync(new URL(`../../../packages/${adapter}/src/response-headers.ts`, import.meta.url), 'utf8')

it('writes headers in one way on Express and Koa', () => {
  expect(source('koa')).toBe(source('express'))
})
