import { beforeAll, expect, test } from 'vitest'
import type { LeanPool } from '../../../src/lean/embedded/pool.ts'
import type { Declaration, DeclarationExport } from '../../../src/proof/declarations/export.ts'
import { validateExport } from '../../../src/proof/declarations/validate.ts'
import { createRandom } from '../../../src/proof/random.ts'
import { sharedEngine } from '../shared-engine.ts'
import { ExportBuilder } from './build.ts'
import { randomExport, sharedExport } from './random-export.ts'

let pool: LeanPool
beforeAll(async () => {
  ;({ pool } = await sharedEngine())
})

/** What comes back of declarations that Lean has built. */
const echo = (exported: DeclarationExport): Promise<DeclarationExport> =>
  pool.withKernelProcess(async ({ process }) => {
    const answer = await process.request('echoDeclarations', { exported }, 120_000)
    return { result: validateExport(answer.exported), heapBytes: 0, reusable: true }
  })

/** Types and values, as numbers that equal names, levels and terms share, binders' names and kinds included. */
class Meanings {
  readonly #numbers = new Map<string, number>()

  of({ names, levels, terms, declarations }: DeclarationExport): string[] {
    const name = [0]
    const level = [0]
    const term: number[] = []
    const at = (table: readonly number[]) => (i: number) => table[i] as number
    for (const entry of names) name.push(this.#number('name', entry, { pre: at(name) }))
    for (const entry of levels)
      level.push(this.#number('level', entry, { succ: at(level), max: at(level), imax: at(level), param: at(name) }))
    for (const entry of terms)
      term.push(
        this.#number('term', entry, {
          sort: at(level),
          us: at(level),
          name: at(name),
          typeName: at(name),
          fn: at(term),
          arg: at(term),
          type: at(term),
          body: at(term),
          value: at(term),
          struct: at(term),
        }),
      )
    return declarations.filter(isAlone).map((d) => {
      const [c] = Object.values(d) as { name: number; levelParams: number[]; type: number; value?: number }[]
      if (c === undefined) throw new Error('a declaration of no kind')
      const value = c.value === undefined ? 'none' : term[c.value]
      return `${Object.keys(d)} ${name[c.name]} ${c.levelParams.map(at(name))} ${term[c.type]} ${value}`
    })
  }

  /** The number of an entry whose references are numbers of meanings. */
  #number(kind: string, entry: object, references: Record<string, (i: number) => number>): number {
    const text = JSON.stringify(entry, function (this: unknown, key, value: unknown) {
      const refer = references[key]
      if (refer === undefined) return value
      if (typeof value === 'number') return refer(value)
      return Array.isArray(value) ? value.map((i) => refer(i as number)) : value
    })
    const key = `${kind} ${text}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#numbers.size + 1)
    return this.#numbers.size
  }
}

const isAlone = (d: Declaration): boolean => !('inductive' in d) && !('quot' in d)

test('random declarations come back as they were, to the bit', async () => {
  const random = createRandom('transport')
  let compared = 0
  for (let i = 0; i < 150; i++) {
    const sent = randomExport(random.fork(i), 20 + i)
    const meanings = new Meanings()
    const before = meanings.of(sent)
    expect(meanings.of(await echo(sent))).toEqual(before)
    compared += before.length
  }
  expect(compared).toBeGreaterThan(300)
})

test('deep terms, shared terms, and numbers of any size', async () => {
  const deep = new ExportBuilder()
  let term = deep.nat(0)
  for (let i = 0; i < 20_000; i++) term = deep.app(deep.const('f'), term)
  const digits = [
    '0',
    '1',
    '999999999',
    '1073741823',
    '1073741824',
    '2147483647',
    '2147483648',
    '4294967296',
    '9'.repeat(3000),
  ]
  const numbers = new ExportBuilder()
  for (const [i, n] of digits.entries()) numbers.thm(`n${i}`, numbers.prop, numbers.nat(n))
  for (const sent of [deep.thm('t', deep.prop, term).export(), sharedExport(60), numbers.export()]) {
    const meanings = new Meanings()
    const before = meanings.of(sent)
    expect(meanings.of(await echo(sent))).toEqual(before)
  }
})
