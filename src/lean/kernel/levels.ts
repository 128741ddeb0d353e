import type { Name } from './names.ts'

/** A universe level; equal levels (as written) are one object. `hasParam`: mentions a universe parameter. */
export type Level = { readonly id: number; readonly hasParam: boolean } & (
  | { readonly kind: 'zero' }
  | { readonly kind: 'succ'; readonly of: Level }
  | { readonly kind: 'max' | 'imax'; readonly left: Level; readonly right: Level }
  | { readonly kind: 'param'; readonly name: Name }
)

export class LevelStore {
  readonly #known = new Map<string, Level>()
  #next = 1
  readonly zero: Level = { kind: 'zero', id: 0, hasParam: false }
  readonly one: Level = this.succ(this.zero)

  succ(of: Level): Level {
    return this.#intern(`s${of.id}`, (id) => ({ kind: 'succ', of, id, hasParam: of.hasParam }))
  }
  max(left: Level, right: Level): Level {
    return this.#pair('max', left, right)
  }
  imax(left: Level, right: Level): Level {
    return this.#pair('imax', left, right)
  }
  param(name: Name): Level {
    return this.#intern(`p${name.id}`, (id) => ({ kind: 'param', name, id, hasParam: true }))
  }

  /** Replaces parameters by levels, all at once. */
  instantiate(level: Level, params: readonly Name[], levels: readonly Level[]): Level {
    if (!level.hasParam) return level
    switch (level.kind) {
      case 'zero':
        return level
      case 'succ':
        return this.succ(this.instantiate(level.of, params, levels))
      case 'max':
      case 'imax': {
        const left = this.instantiate(level.left, params, levels)
        const right = this.instantiate(level.right, params, levels)
        return level.kind === 'max' ? this.max(left, right) : this.imax(left, right)
      }
      case 'param': {
        const at = params.indexOf(level.name)
        return at < 0 ? level : (levels[at] as Level)
      }
      default:
        return level satisfies never
    }
  }

  #pair(kind: 'max' | 'imax', left: Level, right: Level): Level {
    const hasParam = left.hasParam || right.hasParam
    return this.#intern(`${kind === 'max' ? 'm' : 'i'}${left.id},${right.id}`, (id) => ({
      kind,
      left,
      right,
      id,
      hasParam,
    }))
  }
  #intern(key: string, make: (id: number) => Level): Level {
    let level = this.#known.get(key)
    if (level === undefined) {
      level = make(this.#next++)
      this.#known.set(key, level)
    }
    return level
  }
}

export function levelText(level: Level): string {
  let successors = 0
  let base = level
  while (base.kind === 'succ') {
    successors++
    base = base.of
  }
  if (base.kind === 'zero') return String(successors)
  const text = base.kind === 'param' ? base.name.key : `(${base.kind} ${levelText(base.left)} ${levelText(base.right)})`
  return successors === 0 ? text : `${text}+${successors}`
}
