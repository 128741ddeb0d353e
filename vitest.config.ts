import { defineConfig, type Plugin } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { builtPath } from './test/built.ts'

/**
 * Files that prove things in one embedded Lean (`test/lean/shared-engine.ts`): those that a worker of vitest runs share it, and what they
 * import. The rest of the tests that take long have a worker for each file.
 */
const SHARING = [
  'test/lean/native.test.ts',
  'test/lean/{file-kinds,definitions,native-verify,places,premises,split,structure,trace,verifier,whole-proofs}.test.ts',
  'test/lean/verifier/{depth,forged-exports,transport,true}.test.ts',
  'test/cli/{leandojo,theorem-set}.test.ts',
  'test/dataset/{core-train,families,library}.test.ts',
  'test/ensemble/refute.test.ts',
  'test/fill/{fill,project}.test.ts',
  'test/policy/{baseline-lean,mathlib}.test.ts',
]

/** In this order, so that workers are kept from file to file; the short tests at the end leave no core idle. */
const PROJECTS = ['whole', 'sharing', 'unit']
/** The files that take longest, longest first: begun last, one of them would keep a core waiting for minutes. */
const LONGEST = [
  'lean/verifier/false',
  'lean/native',
  'study',
  'lean/file-kinds',
  'fill/project',
  'scale/kill',
  'cli/fill',
  'cli/cli',
  'lean/verifier/depth',
  'scale/trouble',
  'lean/engine',
  'iteration/iterate',
  'exact-study',
  'dco-demo',
  'dataset/core-train',
  'package',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId, project }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
      return PROJECTS.indexOf(project.name) * 100 + (at < 0 ? LONGEST.length : at)
    }
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}

/** Tests that start processes (Lean, the command line, a browser), train, or take many seconds. All others are `npm run test:unit`. */
const LONG = [
  'test/{bench-flags,cli-train,confidence-study,dco-demo,exact-study,examples,package,study}.test.ts',
  'test/{cli,iteration,mcp}/**/*.test.ts',
  'test/dataset/{core-train,families,hf-export,library}.test.ts',
  'test/ensemble/{modes,refute}.test.ts',
  'test/fill/{fill,project}.test.ts',
  'test/lean/*.test.ts',
  'test/lean/kernel/{depth,lean}.test.ts',
  'test/lean/verifier/{depth,false,forged-exports,mutate,transport,true}.test.ts',
  'test/policy/{baseline-lean,compiled-worker,mathlib,parity,sampler,transformer-policy,worker-network}.test.ts',
  'test/report/{evaluation,tree}.test.ts',
  'test/scale/{kill,lean,policies,trouble}.test.ts',
  'test/training/trainer.test.ts',
  'test/view/*.test.ts',
]

/** Processes and threads that these begin are made of the built files: each would translate its sources anew. */
const BEGINNERS = /\/src\/lean\/(embedded\/lean-process|second-kernel)\.ts$/
const builtChildren: Plugin = {
  name: 'built children',
  enforce: 'pre',
  transform: (code, id) =>
    BEGINNERS.test(id)
      ? { code: code.replaceAll('import.meta.url', JSON.stringify(builtPath(id))), map: null }
      : undefined,
}

const WITH_LEAN = { globalSetup: ['test/prepare-lean.ts'], testTimeout: 300_000, hookTimeout: 300_000 }

export default defineConfig({
  test: {
    reporters: ['default', './test/plain-summary.ts'],
    // A Lean process takes one core and about 0.6 GB; more files at once would only make them wait for each other.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: LONG,
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        plugins: [builtChildren],
        test: { ...WITH_LEAN, name: 'whole', include: LONG, exclude: SHARING },
      },
      {
        extends: true,
        plugins: [builtChildren],
        test: { ...WITH_LEAN, name: 'sharing', include: SHARING, isolate: false },
      },
    ],
  },
})
