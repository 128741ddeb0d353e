import { ALGEBRA_FAMILIES } from './algebra-families.ts'
import { NUMBER_FAMILIES } from './number-families.ts'
import { type Draw, drawFrom } from './random.ts'

/** A statement without its name, from drawn parameters; undefined where these make no sense. */
export type Family = (draw: Draw) => string | undefined
export type FamilyTheorem = {
  readonly name: string
  readonly split: 'valid' | 'test'
  readonly family: string
  readonly statement: string
}

/**
 * Competition-like statements of core Lean by program: `perFamily` of each family, all different. Whole families are
 * valid or test, every other one in the order of their names, so nothing of a test family is seen in development.
 */
export function familyTheorems(seed: string, perFamily: number): FamilyTheorem[] {
  const families = Object.entries({ ...NUMBER_FAMILIES, ...ALGEBRA_FAMILIES }).sort(([a], [b]) => (a < b ? -1 : 1))
  return families.flatMap(([family, make], place) => {
    const bodies = new Set<string>()
    // Some families have few members: what cannot be drawn is left out.
    for (let i = 0; i < 40 * perFamily && bodies.size < perFamily; i++) {
      const body = make(drawFrom(`${seed}/${family}/${i}`))
      if (body !== undefined) bodies.add(body)
    }
    return [...bodies].map((body, i) => {
      const name = `family_${family}_${i + 1}`
      return { name, split: place % 2 === 0 ? 'valid' : 'test', family, statement: `theorem ${name} ${body}` } as const
    })
  })
}
