import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { testsNear } from './tests-near.ts'

/** Runs the tests near the mutated file and no others, nearest first: the first that fails ends the run. */
export class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const mutated = (this.ctx.config.related ?? []).map((file) => basename(file, '.ts'))
    const near = [...new Set(mutated.flatMap(testsNear))]
    const rank = ({ moduleId }: TestSpecification): number =>
      near.findIndex((name) => moduleId.endsWith(`/core/${name}.test.ts`))
    return files.filter((file) => rank(file) >= 0).sort((one, other) => rank(one) - rank(other))
  }
}
