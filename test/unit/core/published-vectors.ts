import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const FOLDER = process.env.SCOPEGATE_VECTORS ?? resolve(import.meta.dirname, '../../../../shared/vectors')

/** A collection of test vectors that others publish. The files are not part of this repository. */
export interface Upstream {
  readonly folder: string
  /** Where to get it, for whoever has not. */
  readonly source: string
}

/** What is read, and the commit the expectations of the tests were written for. */
export const UPSTREAMS = {
  wycheproof: {
    folder: 'wycheproof',
    source: 'testvectors_v1 of github.com/C2SP/wycheproof at dac1dd4729fd1f8dd9e1e9f3dce51d783da6c166',
  },
  jsonTestSuite: {
    folder: 'jsontestsuite',
    source: 'github.com/nst/JSONTestSuite at 1ef36fa01286573e846ac449e8683f8833c5b26a',
  },
  webPlatformTests: {
    folder: 'wpt-url',
    source: 'url/resources of github.com/web-platform-tests/wpt, as of 2026-07-19',
  },
} as const satisfies Record<string, Upstream>

/** Whether the collection is at hand, under `SCOPEGATE_VECTORS` or beside the repository. */
export function isAtHand({ folder }: Upstream): boolean {
  return existsSync(join(FOLDER, folder))
}

/** What a suite is called: where it is skipped, its name says what to get and where to put it. */
export function nameOf(what: string, upstream: Upstream): string {
  return isAtHand(upstream)
    ? what
    : `${what} (skipped: get ${upstream.source} into $SCOPEGATE_VECTORS/${upstream.folder})`
}

export function readVectors<T>({ folder }: Upstream, file: string): T {
  return JSON.parse(readFileSync(join(FOLDER, folder, file), 'utf8')) as T
}

/** The files of a folder with their bytes, in the order of their names. */
export function readFiles(
  { folder }: Upstream,
  within: string,
): readonly (readonly [name: string, bytes: Buffer])[] {
  const path = join(FOLDER, folder, within)
  return readdirSync(path)
    .sort()
    .map((name) => [name, readFileSync(join(path, name))])
}
