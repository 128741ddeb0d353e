/** One open goal, as Lean prints it, and the constants its hypotheses and target mention. */
export type Goal = {
  /** Lean's own rendering: `case` line if named, one hypothesis group per line, then `⊢ target`. */
  readonly text: string
  /** Names of the constants in the hypotheses and the target, e.g. `Nat`, `HAdd.hAdd`; sorted, no duplicates. */
  readonly constants: readonly string[]
}

/**
 * The list of open goals after some tactics. Immutable: running a tactic on it makes a new one.
 * Two states with the same `key` have the same goals up to the identity of variables (names of hypotheses included),
 * so every tactic gives the same result on both.
 */
export type ProofState = {
  readonly key: string
  readonly goals: readonly Goal[]
  /** The tactics that lead here from the theorem's first state: enough to build the state again in another process. */
  readonly path: readonly string[]
}

export type Hypothesis = { readonly name: string; readonly type: string }

/** Lean's rendering of one goal taken apart. Hypotheses of one line (`a b : Nat`) become one entry each. */
export type ParsedGoal = {
  readonly caseName: string | undefined
  readonly hypotheses: readonly Hypothesis[]
  readonly target: string
}

/** Takes Lean's rendering of a goal apart. Lines that start with a space continue the line before. */
export function parseGoal(text: string): ParsedGoal {
  const lines: string[] = []
  for (const line of text.split('\n')) {
    if (/^\s/.test(line) && lines.length > 0) lines[lines.length - 1] += ` ${line.trim()}`
    else lines.push(line)
  }
  let caseName: string | undefined
  let target = ''
  const hypotheses: Hypothesis[] = []
  for (const line of lines) {
    if (line.startsWith('case ')) caseName = line.slice(5).trim()
    else if (line.startsWith('⊢')) target = line.slice(1).trim()
    else {
      const colon = line.indexOf(' : ')
      if (colon < 0) continue
      const type = line.slice(colon + 3)
      for (const name of line.slice(0, colon).split(' ')) if (name !== '') hypotheses.push({ name, type })
    }
  }
  return { caseName, hypotheses, target }
}

/** A whole proof state as text: the goals in order with a blank line between, `no goals` where none is left. */
export function renderState(goals: readonly Goal[]): string {
  return goals.length === 0 ? 'no goals' : goals.map((goal) => goal.text).join('\n\n')
}

/**
 * Nameless metavariables (`?m.18`, `?u.7`) numbered in order of appearance. Lean numbers them by how many it made before,
 * so that the same goals reached in two ways would read differently; no tactic can name one.
 */
export function renumberMetavariables(texts: readonly string[]): string[] {
  const numbers = new Map<string, string>()
  return texts.map((text) =>
    text.replace(/\?([mu])\.\d+/g, (name, kind: string) => {
      const known = numbers.get(name) ?? `?${kind}.${numbers.size + 1}`
      numbers.set(name, known)
      return known
    }),
  )
}
