import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Starts with the tests named after the mutated file, then the quick ones: the first that fails ends the run. */
export class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const mutated = new Set((this.ctx.config.related ?? []).map((file) => basename(file, '.ts')))
    const rank = ({ moduleId }: TestSpecification): number =>
      mutated.has(basename(moduleId, '.test.ts')) ? 0 : this.#duration(moduleId)
    return files.toSorted((one, other) => rank(one) - rank(other))
  }

  /** Of its last run; a file that never ran counts as long. */
  #duration(moduleId: string): number {
    const key = `:${moduleId.slice(this.ctx.config.root.length + 1)}`
    return 1 + (this.ctx.cache.getFileTestResults(key)?.duration ?? 60_000)
  }
}
