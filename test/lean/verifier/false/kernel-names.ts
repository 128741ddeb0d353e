import type { FalseCase } from '../cases.ts'

/** Constants that the kernel computes by itself, declared by the source or the header where the imports lack them. */

const BASIC = 'prelude\nimport Init.Data.Nat.Basic'
const CORE = 'prelude\nimport Init.Core'
const NAMES = 'kernel name'

/** `NAME m n` is 7 by its definition, and another number for the kernel at these arguments. */
const seven = (name: string, args: string, is: 0 | 1 | 2 | 3, header: string): string => `${header}
public def ${name} (_m _n : Nat) : Nat := 7
theorem all (m n : Nat) : ${name} m n = 7 := rfl
theorem no : ${is} = 7 := all ${args}
theorem t : False := Nat.noConfusion ${'(Nat.succ.inj '.repeat(is)}no${')'.repeat(is)}
`
const ownBinary = (name: string, args: string, is: 0 | 1 | 2 | 3, header: string): FalseCase => ({
  kind: NAMES,
  what: `the source's own ${name} under ${header.split(' ').at(-1)}`,
  header,
  statement: 'theorem t : False',
  source: seven(name, args, is, header),
})

export const KERNEL_NAMES: readonly FalseCase[] = [
  ownBinary('Nat.gcd', '9 6', 3, BASIC),
  ownBinary('Nat.gcd', '9 6', 3, CORE),
  ownBinary('Nat.land', '3 6', 2, BASIC),
  ownBinary('Nat.lor', '1 2', 3, BASIC),
  ownBinary('Nat.xor', '3 1', 2, BASIC),
  ownBinary('Nat.shiftLeft', '1 1', 2, BASIC),
  ownBinary('Nat.shiftRight', '4 1', 2, BASIC),
  {
    kind: NAMES,
    what: "the source's own Nat.log2",
    header: BASIC,
    statement: 'theorem t : False',
    source: `${BASIC}
public def Nat.log2 (_n : Nat) : Nat := 7
theorem all (n : Nat) : Nat.log2 n = 7 := rfl
theorem one : Nat.log2 3 = 1 := by decide +kernel
theorem no : 1 = 7 := one.symm.trans (all 3)
theorem t : False := Nat.noConfusion (Nat.succ.inj no)
`,
  },
  {
    kind: NAMES,
    what: "the source's own String.ofList",
    header: BASIC,
    statement: 'theorem t : "a" = ""',
    source: `${BASIC}
public def String.ofList (_ : List Char) : String := ""
theorem one (l : List Char) : String.ofList l = "" := rfl
theorem two : "a" = String.ofList (List.cons (Char.ofNat 97) List.nil) := by decide +kernel
theorem t : "a" = "" := two.trans (one _)
`,
  },
  {
    kind: NAMES,
    what: 'a theorem about a Nat.gcd of its own, by calculation',
    header: BASIC,
    statement: 'theorem t : 3 = 7',
    source: `${BASIC}\npublic def Nat.gcd (_m _n : Nat) : Nat := 7\ntheorem t : 3 = 7 := (by decide +kernel : 3 = Nat.gcd 9 6).trans ((fun _ _ => by exact rfl : ∀ m n, Nat.gcd m n = 7) 9 6)\n`,
  },
  {
    kind: NAMES,
    what: 'a Nat.gcd of its own inside a namespace that is opened at the root',
    header: BASIC,
    statement: 'theorem t : False',
    source: seven('_root_.Nat.gcd', '9 6', 3, `${BASIC}\nnamespace Hidden`)
      .concat('end Hidden\n')
      .replace('theorem t', 'theorem _root_.t'),
  },
  {
    kind: NAMES,
    what: 'an axiom as Nat.gcd',
    header: BASIC,
    statement: 'theorem t : False',
    source: `${BASIC}
public axiom Nat.gcd : Nat → Nat → Nat
axiom all (m n : Nat) : Nat.gcd m n = 7
theorem t : False := Nat.noConfusion (Nat.succ.inj (Nat.succ.inj (Nat.succ.inj ((show 3 = Nat.gcd 9 6 by decide +kernel).trans (all 9 6)))))
`,
  },
  {
    kind: NAMES,
    what: "the header's own Nat.gcd",
    header: `${BASIC}\npublic def Nat.gcd (_m _n : Nat) : Nat := 7`,
    statement: 'theorem t : False',
    source: seven('Nat.gcd', '9 6', 3, BASIC),
  },
  {
    kind: NAMES,
    what: "the header's own Nat.gcd, and a script",
    header: `${BASIC}\npublic def Nat.gcd (_m _n : Nat) : Nat := 7`,
    statement: 'theorem t : False',
    tactics: ['have all : ∀ m n : Nat, Nat.gcd m n = 7 := fun _ _ => rfl', 'exact nomatch (show 3 = 7 from all 9 6)'],
  },
  {
    kind: NAMES,
    what: "the header's own Nat.land, in the statement",
    header: `${CORE}\npublic def Nat.land (_m _n : Nat) : Nat := 7`,
    statement: 'theorem t : Nat.land 3 6 = 2',
    source: `${CORE}\npublic def Nat.land (_m _n : Nat) : Nat := 7\ntheorem t : Nat.land 3 6 = 2 := rfl\n`,
  },
  {
    kind: NAMES,
    what: "the header's own Nat.land as an opaque constant",
    header: `${BASIC}\npublic opaque Nat.land : Nat → Nat → Nat`,
    statement: 'theorem t : Nat.land 3 6 = 2',
    source: `${BASIC}\npublic opaque Nat.land : Nat → Nat → Nat\ntheorem t : Nat.land 3 6 = 2 := by decide +kernel\n`,
  },
]

const WORLD = 'world of its own'
const LOGIC = `prelude
set_option bootstrap.inductiveCheckResultingUniverse false
set_option genSizeOf false
set_option genCtorIdx false
set_option genInjectivity false
set_option genSizeOfSpec false
public inductive False : Prop
public inductive True : Prop where
  | intro : True
public inductive Eq {α : Sort u} (a : α) : α → Prop where
  | refl : Eq a a
`
const NAT = `public inductive Nat : Type where
  | zero : Nat
  | succ (n : Nat) : Nat
`
const LITERALS = `public class OfNat (α : Type u) (n : Nat) where
  ofNat : α
public instance instOfNatNat (n : Nat) : OfNat Nat n := OfNat.mk n
`
/** The source leaves out Init and declares what the statement speaks of by itself. */
export const OWN_WORLDS: readonly FalseCase[] = [
  {
    what: 'a False that is true',
    statement: 'theorem t : False',
    source: 'prelude\npublic inductive False : Prop where\n  | intro : False\ntheorem t : False := False.intro\n',
  },
  {
    what: 'an equality that holds everywhere',
    statement: 'theorem t : 1 = 2',
    source: `prelude
set_option genCtorIdx false
${NAT}${LITERALS}public inductive Eq {α : Sort u} : α → α → Prop where
  | refl (a b : α) : Eq a b
theorem t : Eq (1 : Nat) 2 := Eq.refl 1 2
`,
  },
  {
    what: 'an axiom under an allowed name',
    statement: 'theorem t : False',
    source: 'prelude\npublic inductive False : Prop\npublic axiom propext : False\ntheorem t : False := propext\n',
  },
  {
    what: 'Classical.choice of its own',
    statement: 'theorem t : False',
    source:
      'prelude\npublic inductive False : Prop\npublic axiom Classical.choice {α : Sort u} : α\ntheorem t : False := Classical.choice\n',
  },
  {
    what: 'Quot.sound of its own',
    statement: 'theorem t : False',
    source:
      'prelude\npublic inductive False : Prop\npublic axiom Quot.sound (p : Prop) : p\ntheorem t : False := Quot.sound False\n',
  },
  {
    what: 'numbers whose sum is lost',
    statement: 'theorem t : False',
    source: `${LOGIC}${NAT}${LITERALS}public def Nat.add (_m _n : Nat) : Nat := Nat.zero
theorem all (m n : Nat) : Eq (Nat.add m n) Nat.zero := Eq.refl
theorem two : Eq (Nat.add 1 1) 2 := Eq.refl
theorem no : Eq 2 Nat.zero := @Eq.rec Nat _ (fun n _ => Eq n Nat.zero) (all _ _) _ two
theorem t : False := @Eq.rec Nat 2 (fun n _ => @Nat.rec (fun _ => Prop) False (fun _ _ => True) n) True.intro _ no
`,
  },
  {
    what: 'a Bool whose constructors are exchanged',
    statement: 'theorem t : False',
    source: `${LOGIC}public inductive Bool : Type where
  | true : Bool
  | false : Bool
${NAT}${LITERALS}public def Nat.beq (_m _n : Nat) : Bool := Bool.false
theorem one (m n : Nat) : Eq (Nat.beq m n) Bool.false := Eq.refl
theorem two : Eq (Nat.beq 3 3) Bool.true := Eq.refl
theorem no : Eq Bool.true Bool.false := @Eq.rec Bool _ (fun b _ => Eq b Bool.false) (one 3 3) _ two
theorem t : False := @Eq.rec Bool Bool.true (fun b _ => @Bool.rec (fun _ => Prop) True False b) True.intro _ no
`,
  },
  {
    what: 'letters that are all the same',
    statement: 'theorem t : "a" = "b"',
    source: `${LOGIC}${NAT}public inductive Char : Type where
  | one : Char
public def Char.ofNat (_ : Nat) : Char := Char.one
public inductive List (α : Type u) : Type u where
  | nil : List α
  | cons (a : α) (l : List α) : List α
public inductive String : Type where
  | ofList (l : List Char) : String
theorem one : Eq (String.ofList (List.cons (Char.ofNat 97) List.nil)) (String.ofList (List.cons (Char.ofNat 98) List.nil)) := Eq.refl
theorem t : Eq "a" "b" := one
`,
  },
  {
    what: 'an existence without a witness',
    statement: 'theorem t : ∃ x : Nat, x < 0',
    source: `prelude
set_option genCtorIdx false
public inductive Nat : Type where
  | zero : Nat
public class LT (α : Type u) where
  lt : α → α → Prop
public inductive Exists {α : Sort u} (p : α → Prop) : Prop where
  | intro : Exists p
public inductive Thing : Prop where
  | intro : Thing
theorem t : Exists (fun x : Nat => Thing) := Exists.intro
`,
  },
  {
    what: 'a negation that means nothing',
    statement: 'theorem t : ¬ True',
    source: `prelude
public inductive True : Prop where
  | intro : True
public def Not (_a : Prop) : Prop := True
theorem t : Not True := True.intro
`,
  },
].map((c) => ({ kind: WORLD, ...c }))
