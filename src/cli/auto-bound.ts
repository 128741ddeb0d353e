import type { Engine } from '../lean/engine.ts'
import type { Theorem } from '../proof/theorem.ts'

/**
 * A misspelt name becomes a new variable under Lean's default `autoImplicit true`: the statement elaborates, and says something
 * else. Gives one sentence where that is so. A universe that is not declared is left to Lean, since nothing is lost by it.
 */
export async function boundAutomatically(engine: Engine, theorem: Theorem): Promise<string | undefined> {
  const strict = {
    ...theorem,
    header: `${theorem.header.trimEnd()}\nset_option autoImplicit false\nset_option relaxedAutoImplicit false`,
  }
  const started = await engine.start(strict)
  if (started.kind === 'started') {
    await started.session.close()
    return undefined
  }
  const name = started.diagnostics
    .map((d) => /[Uu]nknown identifier `([^`]+)`/.exec(d.text)?.[1])
    .find((found) => found !== undefined)
  if (name === undefined) return undefined
  return `\`${name}\` is not declared; Lean takes it for a new variable (autoImplicit)${missingMathlib(name) ?? ''}`
}

/** `ℕ`, `ℤ`, `ℝ` and such are Mathlib's. */
export function missingMathlib(name: string): string | undefined {
  return /^[ℕℤℚℝℂ]$/.test(name)
    ? `: it is a notation of Mathlib, which this Lean does not have; see \`hedge doctor --lean\``
    : undefined
}
