import { BINDER_INFOS, type DeclarationExport, type TermIndex } from '../../../src/proof/declarations/export.ts'
import type { Random } from '../../../src/proof/random.ts'
import { ExportBuilder } from './build.ts'

const pick = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random.next() * of.length)] as T
const below = (random: Random, n: number): number => Math.floor(random.next() * n)

/** Pieces of text that transports have changed before. */
const TEXTS = [
  '',
  'a',
  'x.y',
  ' ',
  '\u{feff}',
  '\0',
  '\u{1d538}',
  '\u{10ffff}',
  '\ufffd',
  'é',
  '\r\n',
  '\t',
  '"',
  '\\',
  '«»',
  '1',
  '__proto__',
  'constructor',
  '\u2028',
  '\u{d7ff}\u{e000}',
]
const randomText = (random: Random): string =>
  Array.from({ length: below(random, 5) }, () => pick(random, TEXTS)).join('')

const randomDigits = (random: Random): string => {
  const length = pick(random, [1, 1, 2, 9, 10, 16, 17, 20, 40, 300])
  const digits = Array.from({ length }, () => below(random, 10)).join('')
  return digits.replace(/^0+(?=.)/, '')
}

const randomName = (b: ExportBuilder, random: Random): number => {
  let name = 0
  const parts = 1 + below(random, 4)
  for (let i = 0; i < parts; i++) {
    if (random.next() < 0.7) name = b.str(name, randomText(random))
    else {
      const digits = randomDigits(random)
      name = b.num(name, Number.isSafeInteger(Number(digits)) ? Number(digits) : digits)
    }
  }
  return name
}

/**
 * A well-formed export; its terms need not be typed. Strings and names hold letters that transports have changed, numbers
 * have any size, terms are deep, wide and shared, and every declaration is closed.
 */
export function randomExport(random: Random, size = 60): DeclarationExport {
  const b = new ExportBuilder()
  const params = ['u', 'v', '\u{feff}u', 'u\0'].slice(0, 1 + below(random, 4))
  const levels = [0, ...params.map((name) => b.param(name))]
  for (let i = 0; i < 6; i++) {
    const [one, two] = [pick(random, levels), pick(random, levels)]
    levels.push(pick(random, [() => b.succ(one), () => b.max(one, two), () => b.imax(one, two)])())
  }
  /** Terms by how many binders they need around them. */
  const byLoose = new Map<number, TermIndex[]>([[0, []]])
  const loose: number[] = []
  const keep = (term: TermIndex, needs: number): TermIndex => {
    loose[term] = needs
    const known = byLoose.get(needs) ?? []
    if (!known.includes(term)) byLoose.set(needs, [...known, term])
    return term
  }
  const needs = (term: TermIndex): number => loose[term] as number
  const leaf = (): TermIndex =>
    pick(random, [
      () => keep(b.nat(randomDigits(random)), 0),
      () => keep(b.text(randomText(random)), 0),
      () => keep(b.sort(pick(random, levels)), 0),
      () =>
        keep(
          b.const(
            randomName(b, random),
            Array.from({ length: below(random, 3) }, () => pick(random, levels)),
          ),
          0,
        ),
      () => {
        const i = below(random, 4)
        return keep(b.bvar(i), i + 1)
      },
    ])()
  const all: TermIndex[] = []
  for (let i = 0; i < 8; i++) all.push(leaf())
  const under = (n: number): number => Math.max(0, n - 1)
  for (let i = 0; i < size; i++) {
    const old = () => (random.next() < 0.5 ? (all.at(-1) as number) : pick(random, all))
    const [one, two, three] = [old(), old(), old()]
    const name = randomText(random)
    const info = pick(random, BINDER_INFOS)
    all.push(
      pick(random, [
        leaf,
        () => keep(b.app(one, two), Math.max(needs(one), needs(two))),
        () => keep(b.lam(one, two, name, info), Math.max(needs(one), under(needs(two)))),
        () => keep(b.pi(one, two, name, info), Math.max(needs(one), under(needs(two)))),
        () => keep(b.letE(one, two, three, random.next() < 0.5), Math.max(needs(one), needs(two), under(needs(three)))),
        () => keep(b.proj('And', below(random, 3), one), needs(one)),
      ])(),
    )
  }
  const closed = (): TermIndex => {
    let term = pick(random, all)
    while (needs(term) > 0) {
      const n = needs(term)
      term = keep(b.lam(b.prop, term, 'c'), n - 1)
    }
    return term
  }
  keep(b.prop, 0)
  const declarations = 1 + below(random, 5)
  for (let i = 0; i < declarations; i++) {
    const name = `d${i}.${pick(random, ['a', 'b'])}`
    const [type, value] = [closed(), closed()]
    pick(random, [
      () => b.def(name, type, value, params),
      () => b.opaque(name, type, value, params),
      () => b.thm(name, type, value, params),
      () => b.axiom(name, type, params),
      () => b.inductive(name, type, [[`${name}.mk`, value, below(random, 4)]], { levelParams: params }),
    ])()
  }
  b.thm('t', closed(), closed(), params)
  return b.export()
}

/** One application whose depth is `depth`, and whose tree would have 2^depth leaves. */
export function sharedExport(depth: number): DeclarationExport {
  const b = new ExportBuilder()
  let term = b.nat(1)
  for (let i = 0; i < depth; i++) term = b.app(term, term)
  return b.thm('t', b.prop, term).export()
}
