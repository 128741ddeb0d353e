import { describe, expect, test } from 'vitest'
import type { DeclarationExport } from '../../../src/proof/declarations/export.ts'
import { EXPORT_LIMITS, MalformedExport, validateExport } from '../../../src/proof/declarations/validate.ts'
import { createRandom } from '../../../src/proof/random.ts'
import { ExportBuilder } from './build.ts'
import { randomExport, sharedExport } from './random-export.ts'

/** A small export with an entry of every kind. */
function example(): DeclarationExport {
  const b = new ExportBuilder()
  const u = b.param('u')
  b.max(b.succ(u), b.imax(u, b.param('v')))
  b.num(b.name('x.y'), 3)
  const nat = b.const('Nat')
  const type = b.pi(b.sort(u), b.bvar(0))
  const value = b.lam(
    nat,
    b.letE(nat, b.bvar(0), b.proj('And', 0, b.app(b.const('f', [u]), b.bvar(1), b.nat(12), b.text('a')))),
  )
  b.axiom('a', type, ['u', 'v'])
  b.def('d', type, value, ['u'])
  b.opaque('o', type, value, ['u'])
  b.inductive('I', b.sort(u), [['I.mk', b.pi(nat, b.const('I', [u])), 1]], { levelParams: ['u'] })
  b.thm('t', type, value, ['u'])
  return b.export()
}

type Json = { [key: string]: Json }
const rows = (x: unknown): Json[] => x as Json[]
const json = (x: unknown): Json => x as Json
const tables = (e: DeclarationExport): Json => json(e)
/** The index of the last term of a kind. */
const at = (e: Json, kind: string): number => rows(e.terms).findLastIndex((t) => kind in t)
const term = (e: Json, kind: string): Json => rows(e.terms)[at(e, kind)] as Json
const declared = (e: Json, kind: string): Json => (rows(e.declarations).find((d) => kind in d) as Json)[kind] as Json
const put = (holder: Json, key: string | number, value: unknown): void => {
  ;(holder as { [key: string]: unknown })[key] = value
}
const push = (list: Json, ...items: unknown[]): void => {
  ;(list as unknown as unknown[]).push(...items)
}

const MALFORMED: readonly (readonly [what: string, change: (e: Json) => unknown, reason: RegExp])[] = [
  ['no table of names', (e) => delete e.names, /the export has no names/],
  ['no table of terms', (e) => delete e.terms, /the export has no terms/],
  ['a table too many', (e) => put(e, 'quotients', []), /the export has an unknown quotients/],
  ['names that are no list', (e) => put(e, 'names', {}), /names is no list/],
  ['terms that are null', (e) => put(e, 'terms', null), /terms is no list/],
  ['declarations that are text', (e) => put(e, 'declarations', 'x'), /declarations is no list/],

  ['a name that is null', (e) => put(e.names as Json, 0, null), /name 1 is of no known kind|name 1 is no object/],
  ['a name of no kind', (e) => put(e.names as Json, 0, {}), /name 1 is of no known kind/],
  [
    'a name of two kinds',
    (e) => put((e.names as Json)[0] as Json, 'num', { pre: 0, i: 1 }),
    /name 1 is of no known kind/,
  ],
  [
    'a name behind itself',
    (e) => put(rows(e.names)[0]?.str as Json, 'pre', 1),
    /name 1 refers to entry 1, which is not before it/,
  ],
  ['a name behind a later one', (e) => put(rows(e.names)[0]?.str as Json, 'pre', 2), /name 1 refers to entry 2/],
  ['a name without a prefix', (e) => delete (rows(e.names)[0]?.str as Json).pre, /name 1 has no pre/],
  ['a name with a key more', (e) => put(rows(e.names)[0]?.str as Json, 'x', 0), /name 1 has an unknown x/],
  [
    'a name that is a lone surrogate',
    (e) => put(rows(e.names)[0]?.str as Json, 'str', '\ud800'),
    /name 1 has a string that is no text/,
  ],
  [
    'a name that is a number',
    (e) => put(rows(e.names)[0]?.str as Json, 'str', 7),
    /name 1 has a string that is no text/,
  ],
  ['a component below zero', (e) => push(e.names as Json, { num: { pre: 0, i: -1 } }), /has a number that is none/],
  [
    'a component with a fraction',
    (e) => push(e.names as Json, { num: { pre: 0, i: 0.5 } }),
    /has a number that is none/,
  ],
  [
    'a component beyond safe numbers',
    (e) => push(e.names as Json, { num: { pre: 0, i: 2 ** 53 } }),
    /has a number that is none/,
  ],
  [
    'a small component in quotes',
    (e) => push(e.names as Json, { num: { pre: 0, i: '12' } }),
    /has a small number in quotes/,
  ],
  [
    'a component with a leading zero',
    (e) => push(e.names as Json, { num: { pre: 0, i: '012345678901234567890' } }),
    /has a number that is none/,
  ],
  [
    'a component that is no number',
    (e) => push(e.names as Json, { num: { pre: 0, i: 'x' } }),
    /has a number that is none/,
  ],
  [
    'a name of too many components',
    (e) => push(e.names as Json, ...chain(e, EXPORT_LIMITS.nameDepth + 1)),
    /has too many components/,
  ],

  ['a level of no kind', (e) => push(e.levels as Json, { mvar: 0 }), /is of no known kind/],
  ['a level above itself', (e) => put((e.levels as Json)[1] as Json, 'succ', 2), /level 2 refers to entry 2/],
  ['a maximum of three', (e) => push(e.levels as Json, { max: [0, 0, 0] }), /is no pair/],
  ['a maximum of one', (e) => push(e.levels as Json, { imax: [0] }), /is no pair/],
  ['a maximum of no list', (e) => push(e.levels as Json, { max: 0 }), /is no list/],
  ['a parameter without a name', (e) => push(e.levels as Json, { param: 999 }), /has no name 999/],
  [
    'a level that is nested too deeply',
    (e) => push(e.levels as Json, ...levels(e, EXPORT_LIMITS.levelDepth + 2)),
    /is nested too deeply/,
  ],

  ['a term of no kind', (e) => push(e.terms as Json, { fvar: 1 }), /is of no known kind/],
  ['a free variable', (e) => push(e.terms as Json, { fvar: { name: 1 } }), /is of no known kind/],
  ['a metavariable', (e) => push(e.terms as Json, { mvar: 1 }), /is of no known kind/],
  ['metadata', (e) => push(e.terms as Json, { mdata: { expr: 0, data: {} } }), /is of no known kind/],
  ['a term that is a list', (e) => push(e.terms as Json, [0]), /is no object|is of no known kind/],
  ['a term that is a number', (e) => push(e.terms as Json, 0), /is no object/],
  [
    'an application of itself',
    (e) => put(term(e, 'app').app as Json, 'fn', at(e, 'app')),
    /refers to entry \d+, which is not before it/,
  ],
  [
    'an application of a later term',
    (e) => put(term(e, 'app').app as Json, 'arg', at(e, 'app') + 1),
    /refers to entry/,
  ],
  ['an application of text', (e) => put(term(e, 'app').app as Json, 'arg', '0'), /has a number that is none/],
  ['an application without an argument', (e) => delete (term(e, 'app').app as Json).arg, /has no arg/],
  ['a bound variable below zero', (e) => push(e.terms as Json, { bvar: -1 }), /has a number that is none/],
  ['a bound variable beyond all binders', (e) => push(e.terms as Json, { bvar: 2 ** 32 }), /counts to 4294967296/],
  ['a sort of no level', (e) => push(e.terms as Json, { sort: 999 }), /has no level 999/],
  ['a constant of no name', (e) => push(e.terms as Json, { const: { name: 999, us: [] } }), /has no name 999/],
  ['a constant of no level', (e) => push(e.terms as Json, { const: { name: 1, us: [999] } }), /has no level 999/],
  ['a constant whose levels are no list', (e) => push(e.terms as Json, { const: { name: 1, us: 0 } }), /is no list/],
  ['a function without a binder name', (e) => delete (term(e, 'lam').lam as Json).name, /has no name/],
  ['an unknown binder', (e) => put(term(e, 'lam').lam as Json, 'binderInfo', 'auto'), /has an unknown binder/],
  ['a let that is neither', (e) => put(term(e, 'letE').letE as Json, 'nondep', 'no'), /has a truth value that is none/],
  ['a projection of the field 2^32', (e) => put(term(e, 'proj').proj as Json, 'idx', 2 ** 32), /counts to 4294967296/],
  [
    'a projection of a field below zero',
    (e) => put(term(e, 'proj').proj as Json, 'idx', -1),
    /has a number that is none/,
  ],
  ['a number below zero', (e) => push(e.terms as Json, { natVal: '-1' }), /has a number that is none/],
  ['a number with a leading zero', (e) => push(e.terms as Json, { natVal: '007' }), /has a number that is none/],
  ['a number of no digits', (e) => push(e.terms as Json, { natVal: '' }), /has a number that is none/],
  ['a number that is a number', (e) => push(e.terms as Json, { natVal: 7 }), /has a number that is none/],
  ['a number in other digits', (e) => push(e.terms as Json, { natVal: '٣' }), /has a number that is none/],
  ['a number with a line break', (e) => push(e.terms as Json, { natVal: '7\n' }), /has a number that is none/],
  [
    'a number of too many digits',
    (e) => push(e.terms as Json, { natVal: '1'.repeat(EXPORT_LIMITS.digits + 1) }),
    /has a number of more than/,
  ],
  [
    'a string with a lone surrogate',
    (e) => push(e.terms as Json, { strVal: 'a\udc00' }),
    /has a string that is no text/,
  ],
  ['a string that is null', (e) => push(e.terms as Json, { strVal: null }), /has a string that is no text/],

  ['a declaration of no kind', (e) => push(e.declarations as Json, { example: {} }), /is of no known kind/],
  [
    'a declaration of two kinds',
    (e) => put((e.declarations as Json)[0] as Json, 'thm', {}),
    /declaration 0 is of no known kind/,
  ],
  [
    'a declaration twice',
    (e) => push(e.declarations as Json, structuredClone((e.declarations as Json)[4])),
    /declares t again/,
  ],
  [
    'a constructor of a name that is taken',
    (e) => put((declared(e, 'inductive').ctors as Json)[0] as Json, 'name', declared(e, 'axiom').name),
    /declares a again/,
  ],
  ['a declaration without a name', (e) => put(declared(e, 'thm'), 'name', 0), /has no name/],
  ['a declaration of a name that is not there', (e) => put(declared(e, 'thm'), 'name', 999), /has no name 999/],
  ['a type that is not there', (e) => put(declared(e, 'thm'), 'type', 999), /has no term 999/],
  [
    'a type with a loose variable',
    (e) =>
      put(
        declared(e, 'thm'),
        'type',
        rows(e.terms).findIndex((t) => 'bvar' in t),
      ),
    /has a loose bound variable/,
  ],
  [
    'a value with a loose variable',
    (e) =>
      put(
        declared(e, 'def'),
        'value',
        rows(e.terms).findIndex((t) => 'bvar' in t),
      ),
    /has a loose bound variable/,
  ],
  [
    'an opaque value with a loose variable',
    (e) =>
      put(
        declared(e, 'opaque'),
        'value',
        rows(e.terms).findIndex((t) => 'bvar' in t),
      ),
    /has a loose bound variable/,
  ],
  ['a theorem without a value', (e) => delete declared(e, 'thm').value, /has no value/],
  ['an axiom with a value', (e) => put(declared(e, 'axiom'), 'value', 0), /has an unknown value/],
  [
    'a universe parameter that is not declared',
    (e) => put(declared(e, 'thm'), 'levelParams', []),
    /mentions a universe parameter that is none of its own/,
  ],
  [
    'a universe parameter of another name',
    (e) => put(declared(e, 'def'), 'levelParams', [declared(e, 'axiom').name]),
    /mentions a universe parameter/,
  ],
  [
    'a universe parameter twice',
    (e) => put(declared(e, 'thm'), 'levelParams', [1, 1]),
    /names a universe parameter twice/,
  ],
  ['universe parameters that are no list', (e) => put(declared(e, 'thm'), 'levelParams', {}), /is no list/],
  ['an unknown safety', (e) => put(declared(e, 'def'), 'safety', 'sure'), /has an unknown safety/],
  ['hints of no kind', (e) => put(declared(e, 'def'), 'hints', { irregular: 1 }), /has no regular/],
  [
    'a height beyond 32 bits',
    (e) => put(declared(e, 'def'), 'hints', { regular: 2 ** 32 }),
    /has a height beyond 32 bits/,
  ],
  ['an axiom that may be safe', (e) => put(declared(e, 'axiom'), 'isUnsafe', 0), /has a truth value that is none/],
  ['an inductive group of no type', (e) => put(declared(e, 'inductive'), 'types', []), /has no type/],
  [
    'an inductive type without its constructors',
    (e) => delete ((declared(e, 'inductive').types as Json)[0] as Json).ctors,
    /has no ctors/,
  ],
  [
    '2^32 parameters',
    (e) => put((declared(e, 'inductive').types as Json)[0] as Json, 'numParams', 2 ** 32),
    /counts to 4294967296/,
  ],
  [
    '2^32 fields',
    (e) => put((declared(e, 'inductive').ctors as Json)[0] as Json, 'numFields', 2 ** 32),
    /counts to 4294967296/,
  ],
  [
    'a constructor of a loose type',
    (e) =>
      put(
        (declared(e, 'inductive').ctors as Json)[0] as Json,
        'type',
        rows(e.terms).findIndex((t) => 'bvar' in t),
      ),
    /has a loose bound variable/,
  ],
  [
    'a recursor with a loose rule',
    (e) =>
      push(
        declared(e, 'inductive').recs as Json,
        recursor(
          e,
          rows(e.terms).findIndex((t) => 'bvar' in t),
        ),
      ),
    /has a loose bound variable/,
  ],
  [
    'a recursor without rules',
    (e) => push(declared(e, 'inductive').recs as Json, { ...recursor(e, 0), rules: 0 }),
    /is no list/,
  ],
  [
    'a part of the quotient that there is not',
    (e) => push(e.declarations as Json, { quot: { name: 1, levelParams: [], type: 0, kind: 'rec' } }),
    /is no part of the quotient/,
  ],
]

const chain = (e: Json, n: number): unknown[] => {
  const first = rows(e.names).length
  return Array.from({ length: n }, (_, i) => ({ str: { pre: i === 0 ? 0 : first + i, str: 'x' } }))
}
const levels = (e: Json, n: number): unknown[] => {
  const first = rows(e.levels).length
  return Array.from({ length: n }, (_, i) => ({ succ: i === 0 ? 0 : first + i }))
}
const recursor = (e: Json, rhs: number) => {
  push(e.names as Json, { str: { pre: 0, str: 'rec' } })
  return {
    name: rows(e.names).length,
    levelParams: declared(e, 'thm').levelParams as Json,
    type: declared(e, 'thm').type,
    all: [],
    numParams: 0,
    numIndices: 0,
    numMotives: 1,
    numMinors: 1,
    rules: [{ ctor: 1, nfields: 0, rhs }],
    k: false,
    isUnsafe: false,
  }
}

describe('what is no export is refused', () => {
  test('and the example itself is one', () => {
    expect(validateExport(example()).declarations.length).toBe(5)
  })
  test.each(MALFORMED)('%s', (_what, change, reason) => {
    const e = example()
    change(tables(e))
    const validate = () => validateExport(e)
    expect(validate).toThrow(MalformedExport)
    expect(validate).toThrow(reason)
  })
  test.each([null, undefined, 0, 'x', [], [[]], true])('%j', (data) => {
    expect(() => validateExport(data)).toThrow(MalformedExport)
  })
  test('keys that are inherited are no keys', () => {
    const e = example()
    const inherited = JSON.parse('{"__proto__": {"natVal": "1"}}')
    put(tables(e).terms as Json, 0, inherited)
    expect(() => validateExport(e)).toThrow(/term 0 is of no known kind/)
    put(tables(e).terms as Json, 0, Object.create({ natVal: '1' }))
    expect(() => validateExport(e)).toThrow(/term 0 is of no known kind/)
  })
})

describe('what is an export is accepted', () => {
  test('random ones', () => {
    const random = createRandom('validate')
    for (let i = 0; i < 200; i++) {
      const e = randomExport(random.fork(i))
      expect(validateExport(e)).toBe(e)
      // What goes over a wire as JSON comes back as it was.
      expect(validateExport(JSON.parse(JSON.stringify(e)))).toEqual(e)
    }
  })
  test('deep ones up to the limit, and not beyond', () => {
    const deep = (depth: number): DeclarationExport => {
      const b = new ExportBuilder()
      let value = b.nat(1)
      for (let i = 0; i < depth; i++) value = b.lam(b.prop, value)
      return b.thm('t', b.prop, value).export()
    }
    validateExport(deep(EXPORT_LIMITS.depth))
    expect(() => validateExport(deep(EXPORT_LIMITS.depth + 1))).toThrow(/levels deep/)
  })
  test('terms that share so much that they could not be written out', () => {
    expect(validateExport(sharedExport(10_000)).terms.length).toBe(10_002)
  })
  test('many universe parameters', () => {
    const b = new ExportBuilder()
    const names = Array.from({ length: 300 }, (_, i) => `u${i}`)
    const type = b.sort(names.map((name) => b.param(name)).reduce((x, y) => b.max(x, y)))
    validateExport(b.axiom('a', type, names).export())
    const short = new ExportBuilder()
    const all = names.map((name) => short.param(name)).reduce((x, y) => short.max(x, y))
    expect(() => validateExport(short.axiom('a', short.sort(all), names.slice(1)).export())).toThrow(
      /mentions a universe parameter/,
    )
  })
  test('parameters whose names hold what separates names', () => {
    const e = new ExportBuilder()
    const both = e.max(e.param('u'), e.param('v'))
    // One name that reads like two.
    const joined = e.str(0, 'u","v')
    e.declare({ axiom: { name: e.name('a'), levelParams: [joined], type: e.sort(both), isUnsafe: false } })
    expect(() => validateExport(e.export())).toThrow(/mentions a universe parameter/)
  })
  test.each(['\n', '\n,"v"', ',', '"', '\\', '","', '\u2028'])('a parameter called %j is one parameter', (name) => {
    const e = new ExportBuilder()
    const own = e.str(0, name)
    e.declare({ axiom: { name: e.name('a'), levelParams: [own], type: e.sort(e.param('v')), isUnsafe: false } })
    expect(() => validateExport(e.export())).toThrow(/mentions a universe parameter/)
  })
  test('names that print the same are different ones', () => {
    const e = new ExportBuilder()
    e.thm(e.str(0, 'a.b'), e.prop, e.prop)
    e.thm(e.str(e.str(0, 'a'), 'b'), e.prop, e.prop)
    e.thm(e.num(e.str(0, 'a'), 1), e.prop, e.prop)
    e.thm(e.str(e.str(0, 'a'), '1'), e.prop, e.prop)
    e.thm(e.str(0, ',"a"'), e.prop, e.prop)
    e.thm(e.str(e.str(0, ''), 'a'), e.prop, e.prop)
    expect(validateExport(e.export()).declarations.length).toBe(6)
  })
})
