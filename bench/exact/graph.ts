import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'

/**
 * What all candidates do at the first states of one theorem, run once: enough to work out what any policy over these
 * candidates proves, without drawing and without Lean. State 0 is the first one.
 */
const graphSchema = z.object({
  theorem: z.string(),
  states: z.array(
    z.object({
      goals: z.array(z.object({ text: z.string(), constants: z.array(z.string()) })),
      /** Library theorems that a policy is offered here. */
      related: z.array(z.object({ name: z.string(), conclusion: z.string(), score: z.number() })),
      /** By tactic: proved, or the state it leads to; tactics that fail are left out. Missing where nothing was run. */
      edges: z.record(z.string(), z.union([z.literal('proved'), z.number()])).optional(),
    }),
  ),
})
export type Graph = z.infer<typeof graphSchema>
export type GraphState = Graph['states'][number]

export function readGraphs(path: string): Graph[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  // A last line that a kill cut off is made again.
  return lines.flatMap((line, i) => {
    try {
      return [graphSchema.parse(JSON.parse(line))]
    } catch (error) {
      if (i === lines.length - 1 && error instanceof SyntaxError) return []
      throw error
    }
  })
}

export function appendGraph(path: string, graph: Graph): void {
  appendFileSync(path, `${JSON.stringify(graph)}\n`)
}

/** Tactics of the shortest proof in the graph; undefined where there is none. */
export function shortestProof({ states }: Graph): number | undefined {
  let frontier = [0]
  const seen = new Set(frontier)
  for (let length = 1; frontier.length > 0; length++) {
    const next: number[] = []
    for (const at of frontier)
      for (const to of Object.values(states[at]?.edges ?? {})) {
        if (to === 'proved') return length
        if (!seen.has(to)) next.push(to)
        seen.add(to)
      }
    frontier = next
  }
  return undefined
}
