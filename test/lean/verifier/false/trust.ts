import type { FalseCase } from '../cases.ts'
import { forged } from './forge.ts'

const kind = 'compiled code'
const META = 'import Lean'

/** Facts that rest on what compiled code answers, and not on the definitions: none is provable from the three axioms. */
export const COMPILED_CODE: readonly FalseCase[] = [
  {
    kind,
    what: 'reduceNat on a number of the platform',
    statement: 'theorem t : Lean.reduceNat System.Platform.numBits = 32',
    source: 'theorem t : Lean.reduceNat System.Platform.numBits = 32 := rfl\n',
  },
  {
    kind,
    what: 'reduceNat by a script',
    statement: 'theorem t : Lean.reduceNat System.Platform.numBits = 32',
    tactics: ['rfl'],
  },
  {
    kind,
    what: 'reduceNat by decide in the kernel',
    statement: 'theorem t : Lean.reduceNat System.Platform.numBits = 32',
    tactics: ['decide +kernel'],
  },
  {
    kind,
    what: 'reduceNat in a helper',
    statement: 'theorem t : ∃ n : Nat, Lean.reduceNat System.Platform.numBits = n ∧ n = 32',
    source:
      'theorem helper : Lean.reduceNat System.Platform.numBits = 32 := rfl\ntheorem t : ∃ n : Nat, Lean.reduceNat System.Platform.numBits = n ∧ n = 32 := ⟨32, helper, rfl⟩\n',
  },
  {
    kind,
    what: 'reduceNat below a definition',
    statement: 'theorem t : 32 = Lean.reduceNat System.Platform.numBits',
    source:
      'def bits : Nat := Lean.reduceNat System.Platform.numBits\ntheorem one : bits = 32 := rfl\ntheorem t : 32 = Lean.reduceNat System.Platform.numBits := one.symm\n',
  },
  {
    kind,
    what: 'ofReduceNat',
    statement: 'theorem t : System.Platform.numBits = 32',
    source: 'theorem t : System.Platform.numBits = 32 := Lean.ofReduceNat System.Platform.numBits 32 rfl\n',
    because: /ofReduceNat|trustCompiler|reduceNat|error/,
  },
  {
    kind,
    what: 'reduceBool on the operating system',
    statement: 'theorem t : Lean.reduceBool System.Platform.isWindows = false',
    source: 'theorem t : Lean.reduceBool System.Platform.isWindows = false := rfl\n',
  },
  {
    kind,
    what: 'ofReduceBool on the operating system',
    statement: 'theorem t : System.Platform.isWindows = false',
    source: 'theorem t : System.Platform.isWindows = false := Lean.ofReduceBool System.Platform.isWindows false rfl\n',
  },
  {
    kind,
    what: 'native_decide on the operating system',
    statement: 'theorem t : System.Platform.isWindows = false',
    tactics: ['native_decide'],
  },
  {
    kind,
    what: 'decide +native on the platform',
    statement: 'theorem t : System.Platform.numBits = 32',
    tactics: ['decide +native'],
  },
  { kind, what: 'native_decide for what is true', statement: 'theorem t : 2 ^ 10 = 1024', tactics: ['native_decide'] },
  {
    kind,
    what: 'trustCompiler by name',
    statement: 'theorem t : 2 ^ 10 = 1024',
    source: 'theorem t : 2 ^ 10 = 1024 := have := Lean.trustCompiler; rfl\n',
    because: /trustCompiler/,
  },
  {
    kind,
    what: 'a function with another implementation',
    statement: 'theorem t : 1 = 2',
    source: `def f' (n : Nat) : Nat := n + 1
@[implemented_by f'] def f (n : Nat) : Nat := n
theorem t : 1 = 2 := (show f 1 = 2 by native_decide)
`,
  },
  {
    kind,
    what: 'a Bool with another implementation, by ofReduceBool',
    statement: 'theorem t : False',
    source: `public def yes : Bool := true
@[implemented_by yes] public def no : Bool := false
theorem t : False := Bool.noConfusion (Lean.ofReduceBool no true rfl)
`,
  },
  {
    kind,
    what: 'a Bool with another implementation, by reduceBool',
    statement: 'theorem t : False',
    source: `def yes : Bool := true
@[implemented_by yes] def no : Bool := false
theorem one : Lean.reduceBool no = true := rfl
theorem two : Lean.reduceBool no = false := by unfold Lean.reduceBool; rfl
theorem t : False := Bool.noConfusion (one.symm.trans two)
`,
  },
  {
    kind,
    what: 'an opaque constant with an implementation',
    statement: 'theorem t : ∃ n : Nat, n < 0',
    source: `unsafe def impl : { n : Nat // n < 0 } := unsafeCast (0 : Nat)
@[implemented_by impl] opaque no : { n : Nat // n < 0 }
theorem t : ∃ n : Nat, n < 0 := ⟨no.1, no.2⟩
`,
  },
  {
    kind,
    what: 'an extern function',
    statement: 'theorem t : 1 = 2',
    source: `@[extern "lean_nat_add"] def plus (_m _n : Nat) : Nat := 2
theorem t : 1 = 2 := (show plus 0 1 = 2 from rfl) ▸ (show 1 = plus 0 1 by native_decide)
`,
  },
  {
    kind,
    what: 'csimp without a proof',
    statement: 'theorem t : 1 = 2',
    source: `def f (n : Nat) : Nat := n
def g (n : Nat) : Nat := n + 1
@[csimp] theorem fg : @f = @g := sorry
theorem t : 1 = 2 := (show f 1 = 2 by native_decide)
`,
    because: /sorry|rests on/,
  },
  {
    kind,
    what: 'reduceBool on a constant that code has made',
    statement: 'theorem t : False',
    source:
      forged(`put (.opaqueDecl { name := .mkSimple "yes", levelParams := [], type := c "Bool", value := c "Bool.false", isUnsafe := false, all := [.mkSimple "yes"] })
put (thmN T (c "False") (fn "Bool.noConfusion" [c "False", c "Bool.true", c "Bool.false", fn "Eq.refl" [c "Bool", fn "Lean.reduceBool" [c "yes"]] [levelOne]] [levelZero]))`),
  },
  {
    kind,
    what: 'reduceNat on a number that code has made',
    statement: 'theorem t : Nat.add (nat_lit 1) (nat_lit 1) = (nat_lit 3)',
    source: forged(`put (defn "three" (c "Nat") (nat 3))
put (thmN T (eqn (fn "Nat.add" [nat 1, nat 1]) (nat 3)) (fn "Eq.refl" [c "Nat", fn "Lean.reduceNat" [c "three"]] [levelOne]))`),
  },
  {
    kind,
    what: 'reduceNat of a version',
    header: META,
    statement: 'theorem t : Lean.reduceNat Lean.version.patch = 0',
    source: 'import Lean\ntheorem t : Lean.reduceNat Lean.version.patch = 0 := rfl\n',
  },
  {
    kind,
    what: 'reduceBool of a version',
    header: META,
    statement: 'theorem t : Lean.reduceBool Lean.version.isRelease = false',
    source: 'import Lean\ntheorem t : Lean.reduceBool Lean.version.isRelease = false := by rfl\n',
  },
  {
    kind,
    what: 'a version unfolded',
    header: META,
    statement: 'theorem t : Lean.version.patch = 0',
    source: 'import Lean\ntheorem t : Lean.version.patch = 0 := by native_decide\n',
  },
  {
    kind,
    what: 'an opaque library function by computation',
    statement: 'theorem t : (1.0 + 1.0 : Float) = 2.0',
    tactics: ['rfl'],
  },
  {
    kind,
    what: 'an opaque library function by native_decide',
    statement: 'theorem t : (1.0 + 1.0 : Float) == 2.0',
    tactics: ['native_decide'],
  },
  { kind, what: 'a hash of the library', statement: 'theorem t : hash "a" = 0', tactics: ['native_decide'] },
  {
    kind,
    what: 'bv_decide',
    header: 'import Std.Tactic.BVDecide',
    statement: 'theorem t (a b : BitVec 8) (h : a &&& b = 0#8) : a + b = a ||| b',
    tactics: ['bv_decide'],
  },
]
