import type { Place, TracedTheorem } from '../proof/traced-proof.ts'

/** How traced proofs are written: what stands before, between and after the entries of all theorems. */
export type TraceFormat = {
  readonly begin: string
  readonly between: string
  readonly end: string
  /** A theorem's entry; empty where it has no step. */
  readonly theorem: (theorem: TracedTheorem) => string
}

export const TRACE_FORMATS = {
  /**
   * JSON lines, a step each, as `readStepFile` reads them: theorem, index, state, tactic, next (the state afterwards;
   * null at the end of the proof), file, line (from 1), column (from 0, in code points), premises, context.
   */
  steps: {
    begin: '',
    between: '',
    end: '',
    theorem: ({ name, file, steps }) =>
      steps
        .map(({ state, tactic, next, line, column, premises, context }, index) =>
          JSON.stringify({ theorem: name, index, state, tactic, next, file, line, column, premises, context }),
        )
        .map((line) => `${line}\n`)
        .join(''),
  },
  /** One JSON list of theorems, as `readLeanDojo` reads it. */
  leandojo: {
    begin: '[\n',
    between: ',\n',
    end: '\n]\n',
    theorem: ({ name, file, start, end, steps }) =>
      JSON.stringify({
        full_name: name,
        file_path: file,
        start: fromOne(start),
        end: fromOne(end),
        traced_tactics: steps.map(({ tactic, state, next }) => ({
          tactic,
          state_before: state,
          state_after: next ?? 'no goals',
        })),
      }),
  },
  /** The text a language model is trained on, `{state}:::{tactic}`, a step a line: escaped as inside a JSON string. */
  text: {
    begin: '',
    between: '',
    end: '',
    theorem: ({ steps }) =>
      steps.map(({ state, tactic }) => `${JSON.stringify(`${state}:::${tactic}`).slice(1, -1)}\n`).join(''),
  },
} as const satisfies Record<string, TraceFormat>

export type TraceFormatName = keyof typeof TRACE_FORMATS

/** LeanDojo counts columns from 1. */
function fromOne({ line, column }: Place): [number, number] {
  return [line, column + 1]
}
