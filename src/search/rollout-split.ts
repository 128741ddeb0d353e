import type { Proof } from '../proof/proof.ts'
import { focusOn } from './focus.ts'
import type { LivePass } from './pass.ts'
import type { Split } from './split.ts'

/** Leads passes on from the states they have come to, in the order given, to goals that are still to be solved. */
export async function arriveAll(
  passes: readonly LivePass[],
  split: Split,
  proofs: Set<Proof>,
  stopAtFirstProof: boolean,
): Promise<void> {
  await split.open(passes.flatMap(({ node, end }) => (end === undefined ? [node] : [])))
  for (const pass of passes) {
    // At its last step, too, a pass may have solved what is left.
    if (pass.end !== undefined && pass.end.kind !== 'depthLimit') continue
    const ready = arrive(pass, split)
    if (ready === undefined || (stopAtFirstProof && proofs.size > 0)) continue
    const way = pass.tactics.slice(0, ready.tactics)
    const merged = await split.merge(ready.node, way)
    switch (merged.kind) {
      case 'proved':
        proofs.add(merged.proof)
        pass.tactics.splice(0, pass.tactics.length, ...merged.proof.tactics)
        pass.end = { kind: 'proved' }
        break
      case 'refused':
      case 'failed':
        pass.tactics.splice(0, pass.tactics.length, ...merged.tactics)
        pass.end = merged.kind === 'refused' ? { kind: 'refused' } : { kind: 'invalid', result: 'error' }
        break
      case 'unfinished':
        pass.end = { kind: 'unfinished' }
        break
      default:
        merged satisfies never
    }
  }
}

/** Moves a pass to the next goal that is not solved; the whole state it is of where none is left. */
function arrive(pass: LivePass, { solutions }: Split): LivePass['apart'][number] | undefined {
  if (!solutions.isSolved(pass.node)) {
    if (solutions.partsOf(pass.node) === undefined) return undefined
    pass.apart.push({ node: pass.node, tactics: pass.tactics.length })
  }
  let outermost: LivePass['apart'][number] | undefined
  for (let innermost = pass.apart.at(-1); innermost !== undefined; innermost = pass.apart.at(-1)) {
    const { node, tactics } = innermost
    const parts = solutions.partsOf(node)
    const next = parts?.findIndex((part) => !solutions.isSolved(part)) ?? -1
    if (parts !== undefined && next < 0) {
      outermost = pass.apart.pop()
      continue
    }
    // Without parts it has come to be kept whole meanwhile.
    const to = parts?.[next] ?? node
    if (parts === undefined) {
      pass.apart.pop()
      pass.tactics.splice(tactics)
    } else pass.tactics.push(focusOn(next))
    pass.isBack = pass.visited.has(to)
    pass.visited.add(to)
    pass.node = to
    return undefined
  }
  return outermost
}
