import { ALGEBRA_FAMILIES } from './algebra-families.ts'
import { NUMBER_FAMILIES } from './number-families.ts'
import { type Draw, drawFrom } from './random.ts'
import { TRAIN_FAMILIES } from './train-families.ts'

/** A statement without its name, from drawn parameters; undefined where these make no sense. */
export type Family = (draw: Draw) => string | undefined
export type FamilyTheorem = {
  readonly name: string
  readonly split: 'train' | 'valid' | 'test'
  readonly family: string
  readonly statement: string
}

/**
 * Competition-like statements of core Lean by program: `perFamily` of each family, all different. Whole families are
 * valid or test, every other one in the order of their names, so nothing of a test family is seen in development; those
 * to learn from are train, twice as many of each.
 */
export function familyTheorems(seed: string, perFamily: number): FamilyTheorem[] {
  const byName = (families: Readonly<Record<string, Family>>) =>
    Object.entries(families).sort(([a], [b]) => (a < b ? -1 : 1))
  const measured = byName({ ...NUMBER_FAMILIES, ...ALGEBRA_FAMILIES }).flatMap(([family, make], place) =>
    theoremsOf(family, make, place % 2 === 0 ? 'valid' : 'test', seed, perFamily),
  )
  return [
    ...measured,
    ...byName(TRAIN_FAMILIES).flatMap(([family, make]) => theoremsOf(family, make, 'train', seed, 2 * perFamily)),
  ]
}

function theoremsOf(
  family: string,
  make: Family,
  split: FamilyTheorem['split'],
  seed: string,
  perFamily: number,
): FamilyTheorem[] {
  const bodies = new Set<string>()
  // Some families have few members: what cannot be drawn is left out.
  for (let i = 0; i < 40 * perFamily && bodies.size < perFamily; i++) {
    const body = make(drawFrom(`${seed}/${family}/${i}`))
    if (body !== undefined) bodies.add(body)
  }
  return [...bodies].map((body, i) => {
    const name = `family_${family}_${i + 1}`
    return { name, split, family, statement: `theorem ${name} ${body}` }
  })
}
