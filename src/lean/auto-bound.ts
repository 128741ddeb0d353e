import type { Theorem } from '../proof/theorem.ts'
import type { Engine } from './engine.ts'

/**
 * A misspelt name becomes a new variable under Lean's default `autoImplicit true`: the statement elaborates, and says something
 * else. Gives the name where that is so. A universe that is not declared is left to Lean, since nothing is lost by it.
 */
export async function autoBoundName(engine: Engine, theorem: Theorem): Promise<string | undefined> {
  const strict = {
    ...theorem,
    header: `${theorem.header.trimEnd()}\nset_option autoImplicit false\nset_option relaxedAutoImplicit false`,
  }
  const started = await engine.start(strict)
  if (started.kind === 'started') {
    await started.session.close()
    return undefined
  }
  return started.diagnostics
    .map((d) => /[Uu]nknown identifier `([^`]+)`/.exec(d.text)?.[1])
    .find((found) => found !== undefined)
}
