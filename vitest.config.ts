import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files that take longest, longest first: begun last, one of them would keep a core waiting for minutes. */
const LONGEST = [
  'lean/native-lsp',
  'study',
  'lean/native-trace',
  'cli/cli',
  'lean/engine',
  'lean/verifier',
  'iteration/iterate',
  'cli/remote',
  'cli/kill',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
      return at < 0 ? LONGEST.length : at
    }
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/prepare-lean.ts'],
    reporters: ['default', './test/plain-summary.ts'],
    // A Lean process takes one core and about 1 GB; more files at once would only make them wait for each other.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
