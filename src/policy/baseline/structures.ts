import { type GoalView, mentions } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { relation } from './term-text.ts'

/** Types of the library whose values are made of one of another type, and how one is taken apart. */
const MADE_OF: readonly (readonly [type: RegExp, opening: (name: string) => string])[] = [
  [/^Vector /, (name) => `rcases ${name} with ⟨${name}, rfl⟩`],
  [/^(Array|Subarray|Fin|BitVec) |^(UInt\d+|USize|Int\d+|ISize|Char)$|^\{ /, (name) => `rcases ${name} with ⟨${name}⟩`],
  // Quotients.
  [/^Ext\w+ /, (name) => `refine ${name}.inductionOn fun ${name} => ?_`],
]
const MOST_OPENED = 3

/** Takes apart the values of the target that are made of others; undefined where there is none. */
export function openStructures(view: GoalView): string | undefined {
  const opened = view.variables.flatMap(({ name, type }) => {
    const opening = mentions(view.target, name) ? MADE_OF.find(([of]) => of.test(type))?.[1] : undefined
    return opening === undefined ? [] : [opening(name)]
  })
  return opened.length === 0 ? undefined : opened.slice(0, MOST_OPENED).join('\n')
}

/** An equation between machine integers: what it says of their bits. */
export function sameBits(view: GoalView): string | undefined {
  const type = [...view.constants].find((name) => /^(UInt\d+|USize|Int\d+|ISize)$/.test(name))
  return type === undefined || relation(view.target)?.operator !== '='
    ? undefined
    : `refine congrArg ${type}.ofBitVec ?_`
}

/** Values by the parts that they are made of, and constants by their definitions. */
export function* structureSteps(view: GoalView): Iterable<Proposal> {
  const opened = openStructures(view)
  if (opened !== undefined) {
    yield propose(WEIGHTS.good, `${opened}\nsimp`)
    yield propose(WEIGHTS.fair, `${opened}\nsimp_all`)
    yield propose(WEIGHTS.fair, `${opened}\nrfl`)
    yield propose(WEIGHTS.rare, opened)
  }
  const bits = sameBits(view)
  if (bits !== undefined) yield propose(WEIGHTS.fair, `${bits}\nsimp`)
  const defined = [...view.constants].filter((name) => DEFINED.test(name) && !GIVEN.test(name)).slice(0, MOST_DEFINED)
  for (const name of defined) yield propose(WEIGHTS.rare, `unfold ${name}`)
  if (defined.length > 0) yield propose(WEIGHTS.fair, `simp [${defined.join(', ')}]`)
}

const MOST_DEFINED = 6
const DEFINED = /^\p{Lu}[\p{L}\d_.]*\.[a-z][\p{L}\d_?!']*$/u
/** What a class declares, an instance, or a constructor: there is nothing to unfold, or `simp` does it anyway. */
const GIVEN =
  /^(H\p{Lu}\w*|LE|LT|GetElem\??|Membership|EmptyCollection|Append|OfNat|Pure|Bind|Functor|Seq|BEq|Neg|Dvd|Add|Mul|Sub|Div|Mod)\.|\.(inst\w*|mk|cons|nil|some|none|zero|succ|true|false|inl|inr)$/u
