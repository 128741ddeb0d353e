import type { FalseCase } from '../cases.ts'
import { forged } from './forge.ts'

/**
 * False proofs that take more stack or memory than there is: whatever is written over, none of them is verified. What
 * comes after them in the same run shows whether the checker is still sound.
 */
const kind = 'depth'
const nested = (
  n: number,
): string => `let rec up (n : Nat) (e : Expr) : Expr := match n with | 0 => e | n + 1 => up n (fn "Nat.succ" [e])
put (thmN T (eqn (up ${n} (c "Nat.zero")) (nat ${n + 1})) (fn "Eq.refl" [c "Nat", nat ${n + 1}] [levelOne]))`
const succ = (n: number): string => `${'Nat.succ ('.repeat(n)}Nat.zero${')'.repeat(n)}`

export const DEEP: readonly FalseCase[] = [
  ...[700, 5_000, 60_000].map(
    (n): FalseCase => ({
      kind,
      what: `a number by recursion over ${n}, and one less`,
      statement: `theorem t : Nat.rec (motive := fun _ => Nat) 0 (fun _ ih => ih.succ) ${n} = ${n - 1}`,
      source: forged(
        `let motive := lam (c "Nat") (c "Nat")
let recursion := fn "Nat.rec" [motive, nat 0, lam (c "Nat") (lam (c "Nat") (fn "Nat.succ" [.bvar 0])), nat ${n}] [levelOne]
put (thmN T (eqn recursion (nat ${n - 1})) (fn "Eq.refl" [c "Nat", nat ${n - 1}] [levelOne]))`,
      ),
    }),
  ),
  {
    kind,
    what: 'a term of 300 levels that is not the number',
    statement: `theorem t : ${succ(300)} = 301`,
    source: forged(nested(300)),
  },
  { kind, what: 'a term of 20,000 levels', statement: 'theorem t : False', source: forged(nested(20_000)) },
  {
    kind,
    what: 'a proof below 100,000 binders',
    statement: 'theorem t : False',
    source: forged(`let rec up (n : Nat) (e : Expr) : Expr := match n with | 0 => e | n + 1 => up n (lam (c "True") e)
put (thmN T (c "False") (up 100000 (c "True.intro")))`),
  },
  {
    kind,
    what: 'a term of 2^60 leaves, shared',
    statement: 'theorem t : False',
    source: forged(`let rec up (n : Nat) (e : Expr) : Expr := match n with | 0 => e | n + 1 => up n (fn "And" [e, e])
put (thmN T (c "False") (.letE (.mkSimple "x") (.sort levelZero) (up 60 (c "True")) (c "True.intro") false))`),
  },
  {
    kind,
    what: 'a theorem below 3,000 false ones',
    statement: 'theorem t : False',
    source: forged(`let rec up (n : Nat) : CommandElabM Unit := match n with
  | 0 => pure ()
  | n + 1 => do
    up n
    put (thmN (.num (.mkSimple "h") n) (c "False") (match n with | 0 => c "True.intro" | m + 1 => .const (.num (.mkSimple "h") m) []))
up 3000
put (thmN T (c "False") (.const (.num (.mkSimple "h") 2999) []))`),
  },
  {
    kind,
    what: 'a power that does not fit into memory',
    deadlineMs: 15_000,
    statement: 'theorem t : 2 ^ (2 ^ 40) = 0',
    source: forged(`let p (a b : Expr) := fn "Nat.pow" [a, b]
put (thmN T (eqn (p (nat 2) (p (nat 2) (nat 40))) (nat 0)) (fn "Eq.refl" [c "Nat", nat 0] [levelOne]))`),
  },
  {
    kind,
    what: 'what is false after all this, by a script',
    statement: 'theorem t : 2 + 2 = 5',
    tactics: ['exact (rfl : 2 + 2 = 4)'],
  },
  {
    kind,
    what: 'what is false after all this, by a term',
    statement: 'theorem t : False',
    source: forged('put (thmN T (c "False") (c "True.intro"))'),
  },
]
