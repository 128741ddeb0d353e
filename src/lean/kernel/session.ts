import { Budget, DEFAULT_LIMITS, type Limits } from './budget.ts'
import { Environment } from './environment.ts'
import { libraryHeads, libraryRecursors } from './inductive/elaborate.ts'
import type { Library, NameComponents } from './library.ts'
import { componentsOf, type Name } from './names.ts'
import { ConstantsNeeded, type LimitName, LimitReached, Refusal, type Rule } from './outcomes.ts'
import { Theory } from './theory.ts'

export type KernelVerdict =
  /** `axioms`: those that the declarations make or mention, by name; what theorems of the library rest on is not known. */
  | { readonly kind: 'accepted'; readonly axioms: readonly string[] }
  /** `declaration`: its name. */
  | { readonly kind: 'refused'; readonly declaration: string; readonly rule: Rule; readonly reason: string }
  | { readonly kind: 'unfinished'; readonly declaration: string; readonly limit: LimitName }

/** `needs`: these constants have to be added to the library, then `run` goes on where it stood. */
export type KernelStep = KernelVerdict | { readonly kind: 'needs'; readonly constants: readonly NameComponents[] }

/** A piece of work on one declaration. It can be begun again: what it adds, it adds at its end. */
export type Task = { readonly declaration: string; readonly work: () => void }

/** Work on one environment, task after task, with the limits and outcomes that all of it shares. */
export class Session {
  readonly theory: Theory
  readonly #library: Library
  readonly #budget: Budget
  readonly #tasks: Task[]
  #next = 0

  /** @param first gives the tasks; like any task, it may need constants */
  constructor(library: Library, limits: Partial<Limits>, first: (session: Session) => readonly Task[]) {
    this.#library = library
    this.#budget = new Budget({ ...DEFAULT_LIMITS, ...limits })
    const environment = new Environment(library)
    this.theory = new Theory(environment, this.#budget)
    environment.elaborateGroupsWith({
      heads: (group) => libraryHeads(this.theory, group),
      recursors: (group) => libraryRecursors(this.theory, group),
    })
    this.#tasks = [{ declaration: '', work: () => this.#tasks.push(...first(this)) }]
  }

  /** Reductions, comparisons and inferences so far. */
  get steps(): number {
    return this.#budget.used
  }

  run(): KernelStep {
    try {
      for (; this.#next < this.#tasks.length; this.#next++) this.#tasks[this.#next]?.work()
      return { kind: 'accepted', axioms: this.axioms }
    } catch (error) {
      return this.#outcome(error)
    }
  }

  /** Axioms of the library and of the declarations that have been met. */
  get axioms(): string[] {
    return [...this.theory.environment.axioms].map((name) => name.key).sort()
  }

  /** Asks for all constants at once that are going to be looked up. @throws ConstantsNeeded */
  mustKnow(names: Iterable<Name>): void {
    const unknown = [...new Set(names)].filter((name) => !this.#library.isSettled(name))
    if (unknown.length > 0) throw new ConstantsNeeded(unknown)
  }

  #outcome(error: unknown): KernelStep {
    if (error instanceof ConstantsNeeded) return { kind: 'needs', constants: error.names.map(componentsOf) }
    const declaration = this.#tasks[this.#next]?.declaration ?? ''
    if (error instanceof Refusal) return { kind: 'refused', declaration, rule: error.rule, reason: error.message }
    const limit = limitOf(error)
    if (limit === undefined) throw error
    // The stores may have been left in the middle of something.
    this.#library.retire()
    return { kind: 'unfinished', declaration, limit }
  }
}

/** The limit that an error stands for: the engine's own limits are errors of one kind. */
function limitOf(error: unknown): LimitName | undefined {
  if (error instanceof LimitReached) return error.limit
  if (!(error instanceof RangeError)) return undefined
  if (/call stack/i.test(error.message)) return 'stack'
  return /BigInt/i.test(error.message) ? 'number size' : 'terms'
}
