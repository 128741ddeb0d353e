/** `hedge evaluate` in a process that can be killed: evaluate-child.ts jugs|lean|program ARGUMENTS... [-- ARGUMENTS...] */
import { type EvaluateParts, type EvaluationEngine, evaluateCommand } from '../../src/cli/evaluate.ts'
import { jugParts, leanParts } from './parts.ts'

const [kind, ...rest] = process.argv.slice(2)
const parts = kind === 'jugs' ? jugParts(12) : sharedEngine(kind === 'lean' ? leanParts : await programParts())
process.stdout.write('begun\n')
const commands: string[][] = [[]]
for (const word of rest) {
  if (word === '--') commands.push([])
  else commands.at(-1)?.push(word)
}
for (const command of commands) await evaluateCommand(parts).parseAsync(command, { from: 'user' })
// The engine of all commands together.
process.exit()

/** Not for the others, which have no need of all the policies' code. */
async function programParts(): Promise<EvaluateParts> {
  return (await import('../../src/cli/evaluate-parts.ts')).evaluateParts
}

/** Several commands in one process start Lean once. */
function sharedEngine(parts: EvaluateParts): EvaluateParts {
  let engine: Promise<EvaluationEngine> | undefined
  return {
    ...parts,
    openEngine: async (workers, limits) => {
      engine ??= parts.openEngine(workers, limits)
      // What else it can do (premises) stays its own.
      return Object.assign(Object.create(await engine) as EvaluationEngine, { dispose: async () => {} })
    },
  }
}
