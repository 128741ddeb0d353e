import type { DeclarationExport } from '../../../src/proof/declarations/export.ts'
import type { Random } from '../../../src/proof/random.ts'

/**
 * Changes an export in one place, as an attacker or a fault in a process might: most mutants are still tables that a
 * reader could take for an export. Nothing here knows what is valid.
 */
export type Mutant = {
  /** What was done, for the report of a failure. */
  readonly what: string
  readonly exported: unknown
}

type Json = { [key: string]: unknown }
type Tables = { names: Json[]; levels: Json[]; terms: Json[]; declarations: Json[] }

const pick = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random.next() * of.length)] as T
const below = (random: Random, n: number): number => Math.floor(random.next() * n)
const isObject = (x: unknown): x is Json => typeof x === 'object' && x !== null && !Array.isArray(x)

type Slot = { readonly holder: Json | unknown[]; readonly key: string | number; readonly path: string }
/** Every place below `root` that holds something which `want` accepts. */
function slots(root: unknown, want: (value: unknown, key: string | number) => boolean, path = ''): Slot[] {
  const found: Slot[] = []
  const visit = (value: unknown, at: string): void => {
    const entries: [string | number, unknown][] = Array.isArray(value)
      ? value.map((x, i) => [i, x])
      : isObject(value)
        ? Object.entries(value)
        : []
    for (const [key, child] of entries) {
      if (want(child, key)) found.push({ holder: value as Json, key, path: `${at}.${key}` })
      visit(child, `${at}.${key}`)
    }
  }
  visit(root, path)
  return found
}
const get = ({ holder, key }: Slot): unknown => (holder as Json)[key as string]
const set = ({ holder, key }: Slot, value: unknown): void => {
  ;(holder as Json)[key as string] = value
}

type Way = (tables: Tables, random: Random) => string | undefined

const chooseSlot = (random: Random, found: readonly Slot[]): Slot | undefined =>
  found.length === 0 ? undefined : pick(random, found)
const tableOf = (random: Random): keyof Tables =>
  pick(random, ['names', 'levels', 'terms', 'terms', 'terms', 'declarations', 'declarations'])

/** Another number where one stands: a neighbour, one far away, itself, or none at all. */
const position: Way = (tables, random) => {
  const table = tableOf(random)
  const index = below(random, tables[table].length)
  const slot = chooseSlot(
    random,
    slots(tables[table][index], (x) => typeof x === 'number', `${table}[${index}]`),
  )
  if (slot === undefined) return undefined
  const old = get(slot) as number
  const value = pick<unknown>(random, [
    old + 1,
    old - 1,
    below(random, old + 1),
    below(random, tables.terms.length),
    below(random, tables.names.length + 1),
    index,
    index + 1,
    0,
    0,
    -1,
    2 ** 31,
    2 ** 32,
    2 ** 32 + old,
    2 ** 53,
    old + 0.5,
    Number.NaN,
    String(old),
    null,
    [old],
  ])
  set(slot, value)
  return `${slot.path}: ${old} becomes ${JSON.stringify(value) ?? String(value)}`
}

/** A reference leads to another entry of its own table, before the one it stands in: well formed in most cases. */
const reference: Way = (tables, random) => {
  const index = below(random, tables.terms.length)
  const slot = chooseSlot(
    random,
    slots(
      tables.terms[index],
      (x, key) => typeof x === 'number' && ['fn', 'arg', 'type', 'body', 'value', 'struct'].includes(String(key)),
      `terms[${index}]`,
    ),
  )
  if (slot === undefined || index === 0) return undefined
  const old = get(slot)
  set(slot, below(random, index))
  return `${slot.path}: ${old} becomes ${get(slot)}`
}

const KINDS: Record<keyof Tables, readonly string[]> = {
  names: ['str', 'num'],
  levels: ['succ', 'max', 'imax', 'param'],
  terms: ['bvar', 'sort', 'const', 'app', 'lam', 'forallE', 'letE', 'proj', 'natVal', 'strVal'],
  declarations: ['axiom', 'def', 'thm', 'opaque', 'quot', 'inductive'],
}
/** The same content under another kind. */
const kind: Way = (tables, random) => {
  const table = tableOf(random)
  const index = below(random, tables[table].length)
  const entry = tables[table][index]
  const old = entry === undefined ? undefined : Object.keys(entry)[0]
  if (entry === undefined || old === undefined) return undefined
  const fresh = pick(random, KINDS[table])
  const content = entry[old]
  delete entry[old]
  entry[fresh] = content
  return `${table}[${index}]: ${old} becomes ${fresh}`
}

/** Kinds that have the same shape, so that the mutant is well formed. */
const likeKind: Way = (tables, random) => {
  const like: readonly (readonly [keyof Tables, string, string])[] = [
    ['levels', 'max', 'imax'],
    ['levels', 'imax', 'max'],
    ['terms', 'lam', 'forallE'],
    ['terms', 'forallE', 'lam'],
  ]
  const [table, from, to] = pick(random, like)
  const slot = chooseSlot(
    random,
    slots(tables[table], (_, key) => key === from, table),
  )
  if (slot === undefined) return undefined
  const content = get(slot)
  delete (slot.holder as Json)[from]
  ;(slot.holder as Json)[to] = content
  return `${slot.path} becomes ${to}`
}

const text: Way = (tables, random) => {
  const slot = chooseSlot(
    random,
    slots(
      [tables.names, tables.terms],
      (x, key) => typeof x === 'string' && ['str', 'strVal', 'i'].includes(String(key)),
    ),
  )
  if (slot === undefined) return undefined
  const old = get(slot) as string
  const value = pick(random, [
    `\u{feff}${old}`,
    `${old}\0`,
    `\0${old}`,
    old.slice(1),
    `${old}a`,
    '',
    '\ud800',
    `${old}\udc00`,
    old.normalize('NFD'),
    `${old}\u{1d538}`,
  ])
  set(slot, value)
  return `text${slot.path}: ${JSON.stringify(old)} becomes ${JSON.stringify(value)}`
}

const number: Way = (tables, random) => {
  const slot = chooseSlot(
    random,
    slots(tables.terms, (x, key) => key === 'natVal' && typeof x === 'string', 'terms'),
  )
  if (slot === undefined) return undefined
  const old = get(slot) as string
  const whole = /^\d+$/.test(old) ? BigInt(old) : 0n
  const value = pick<unknown>(random, [
    String(whole + 1n),
    String((whole + 1n) * 2n ** 64n),
    `${old}0`,
    `0${old}`,
    `-${old}`,
    `${old}.0`,
    `0x${old}`,
    '',
    ' 1',
    '1e9',
    Number(old),
    '0',
    '٣',
  ])
  set(slot, value)
  return `${slot.path}: ${old} becomes ${JSON.stringify(value)}`
}

/** Which universes a constant or a declaration has. */
const universes: Way = (tables, random) => {
  const slot = chooseSlot(
    random,
    slots(
      [tables.terms, tables.declarations],
      (x, key) => Array.isArray(x) && ['us', 'levelParams'].includes(String(key)),
    ),
  )
  if (slot === undefined) return undefined
  const old = get(slot) as unknown[]
  const extra = below(random, Math.max(tables.levels.length, tables.names.length) + 1)
  const value = pick(random, [old.slice(1), [...old, extra], [...old].reverse(), [...old, ...old], [extra], []])
  set(slot, value)
  return `universes${slot.path}: ${JSON.stringify(old)} becomes ${JSON.stringify(value)}`
}

const FLAGS = ['isUnsafe', 'isRec', 'isReflexive', 'k', 'nondep', 'safety', 'hints', 'binderInfo', 'regular']
const flag: Way = (tables, random) => {
  const slot = chooseSlot(
    random,
    slots([tables.terms, tables.declarations], (_, key) => FLAGS.includes(String(key))),
  )
  if (slot === undefined) return undefined
  const old = get(slot)
  const value = pick<unknown>(random, [
    typeof old === 'boolean' ? !old : old,
    'unsafe',
    'partial',
    'safe',
    'opaque',
    'abbrev',
    { regular: 0 },
    { regular: 2 ** 32 - 1 },
    { regular: 2 ** 32 },
    'default',
    'implicit',
    'instImplicit',
    null,
    'no such thing',
  ])
  set(slot, value)
  return `${slot.path}: ${JSON.stringify(old)} becomes ${JSON.stringify(value)}`
}

const COUNTS = [
  'numParams',
  'numIndices',
  'numNested',
  'numFields',
  'numMotives',
  'numMinors',
  'cidx',
  'nfields',
  'idx',
]
const count: Way = (tables, random) => {
  const slot = chooseSlot(
    random,
    slots([tables.terms, tables.declarations], (_, key) => COUNTS.includes(String(key))),
  )
  if (slot === undefined) return undefined
  const old = get(slot) as number
  const value = pick(random, [old + 1, Math.max(0, old - 1), 0, 1, 100, 2 ** 32 + old, 2 ** 31])
  set(slot, value)
  return `${slot.path}: ${old} becomes ${value}`
}

/** Two entries exchanged: what refers to them means something else, or later ones. */
const order: Way = (tables, random) => {
  const table = tableOf(random)
  const rows = tables[table]
  if (rows.length < 2) return undefined
  const [i, j] = [below(random, rows.length), below(random, rows.length)]
  const [one, two] = [rows[i] as Json, rows[j] as Json]
  rows[i] = two
  rows[j] = one
  return `${table}[${i}] and ${table}[${j}] are exchanged`
}

/** A copy of an entry at the end, and a declaration that refers to it: the same meaning, shared less. */
const copy: Way = (tables, random) => {
  const index = below(random, tables.terms.length)
  tables.terms.push(structuredClone(tables.terms[index]) as Json)
  const at = tables.terms.length - 1
  const slot = chooseSlot(
    random,
    slots(tables.declarations, (x, key) => x === index && ['type', 'value'].includes(String(key))),
  )
  if (slot !== undefined) set(slot, at)
  return `terms[${index}] has a copy${slot === undefined ? '' : ` that ${slot.path} uses`}`
}

/** An entry becomes another one of its table: everything that refers to it means that. */
const overwrite: Way = (tables, random) => {
  const table = tableOf(random)
  const rows = tables[table]
  const [from, to] = [below(random, rows.length), below(random, rows.length)]
  rows[to] = structuredClone(rows[from]) as Json
  return `${table}[${to}] is ${table}[${from}]`
}

const declaration: Way = (tables, random) => {
  const rows = tables.declarations
  const index = below(random, rows.length)
  const row = rows[index] as Json
  const [name] = Object.keys(row)
  const body = name === undefined ? undefined : row[name]
  if (!isObject(body)) return undefined
  const other = rows[below(random, rows.length)] as Json
  const otherBody = Object.values(other)[0]
  switch (below(random, 9)) {
    case 0:
      rows.splice(index, 1)
      return `declaration ${index} is missing`
    case 1:
      rows.splice(below(random, rows.length), 0, structuredClone(row))
      return `declaration ${index} is there twice`
    case 2:
      if (!isObject(otherBody)) return undefined
      body.type = otherBody.type
      return `declaration ${index} has the type of another`
    case 3:
      if (!isObject(otherBody) || !('value' in body)) return undefined
      body.value = otherBody.value ?? body.type
      return `declaration ${index} has the value of another`
    case 4:
      body.name = below(random, tables.names.length + 1)
      return `declaration ${index} is called ${body.name}`
    case 5: {
      if (!('value' in body)) return undefined
      const { value: _, ...rest } = body
      rows[index] = { axiom: { name: rest.name, levelParams: rest.levelParams, type: rest.type, isUnsafe: false } }
      return `declaration ${index} is an axiom`
    }
    case 6:
      if (!('value' in body)) return undefined
      rows[index] = {
        opaque: {
          name: body.name,
          levelParams: body.levelParams,
          type: body.type,
          value: body.value,
          all: body.all,
          isUnsafe: false,
        },
      }
      return `declaration ${index} is opaque`
    case 7:
      if (!('value' in body)) return undefined
      rows[index] = {
        thm: { name: body.name, levelParams: body.levelParams, type: body.type, value: body.value, all: body.all },
      }
      return `declaration ${index} is a theorem`
    default: {
      // Its own name inside its value: a constant that rests on itself.
      if (!('value' in body)) return undefined
      tables.terms.push({ const: { name: body.name, us: [] } })
      body.value = tables.terms.length - 1
      return `declaration ${index} is its own proof`
    }
  }
}

const inductives: Way = (tables, random) => {
  const slot = chooseSlot(
    random,
    slots(
      tables.declarations,
      (x, key) => Array.isArray(x) && ['types', 'ctors', 'recs', 'rules', 'all'].includes(String(key)),
    ),
  )
  if (slot === undefined) return undefined
  const old = get(slot) as unknown[]
  set(slot, pick(random, [[], [...old].reverse(), old.slice(1), [...old, ...structuredClone(old)]]))
  return `${slot.path}: ${old.length} entries become ${(get(slot) as unknown[]).length}`
}

/** Keys that are missing, too many, or no keys of a table. */
const shape: Way = (tables, random) => {
  const slot = chooseSlot(
    random,
    slots(tables, (x) => isObject(x)),
  )
  if (slot === undefined) return undefined
  const value = get(slot) as Json
  const keys = Object.keys(value)
  switch (below(random, 5)) {
    case 0:
      delete value[pick(random, keys) ?? '']
      return `${slot.path} has lost a key`
    case 1:
      value[pick(random, ['extra', 'constructor', 'toJSON', 'length', 'fvar', 'mvar'])] = 0
      return `${slot.path} has a key more`
    case 2:
      set(slot, JSON.parse('{"__proto__": {"bvar": 0}}'))
      return `${slot.path} has a __proto__`
    case 3:
      set(slot, [])
      return `${slot.path} is a list`
    default:
      set(slot, pick<unknown>(random, [null, 0, '', true, undefined]))
      return `${slot.path} is ${String(get(slot))}`
  }
}

const top: Way = (tables, random) => {
  const table = pick(random, ['names', 'levels', 'terms', 'declarations'] as const)
  const way = below(random, 3)
  if (way === 0) tables[table] = []
  else if (way === 1) tables[table] = tables[table].slice(0, below(random, tables[table].length))
  else (tables as Json)[table] = pick<unknown>(random, [null, {}, 'x', undefined])
  return `the ${table} are cut short or gone`
}

const WAYS: readonly (readonly [Way, weight: number])[] = [
  [position, 4],
  [reference, 8],
  [kind, 3],
  [likeKind, 4],
  [text, 3],
  [number, 4],
  [universes, 4],
  [flag, 3],
  [count, 3],
  [order, 3],
  [copy, 2],
  [overwrite, 5],
  [declaration, 6],
  [inductives, 2],
  [shape, 1],
  [top, 1],
]
const WHEEL = WAYS.flatMap(([way, weight]) => Array.from({ length: weight }, () => way))

/** One mutant of an export, by one change or several. The same random numbers give the same mutant. */
export function mutate(exported: DeclarationExport, random: Random): Mutant {
  const tables = structuredClone(exported) as unknown as Tables
  const changes: string[] = []
  const wanted = random.next() < 0.8 ? 1 : 2 + below(random, 3)
  for (let tries = 0; changes.length < wanted && tries < 40; tries++) {
    try {
      const change = pick(random, WHEEL)(tables, random)
      if (change !== undefined) changes.push(change)
    } catch (error) {
      // A change before this one has left nothing to change.
      if (!(error instanceof TypeError) || changes.length === 0) throw error
      break
    }
  }
  return { what: changes.join('; '), exported: tables }
}
