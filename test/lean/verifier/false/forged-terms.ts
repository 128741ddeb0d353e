import type { FalseCase } from '../cases.ts'
import { forged } from './forge.ts'

/**
 * Terms that code in the source has put into the environment: ill typed, open, or no terms at all. What elaborates the
 * source may be in any state afterwards, so it is enough that nothing of it is verified.
 */
const FALSE = 'theorem t : False'
const kind = 'forged term'
/** The proof is ill typed, though what it proves is true: nothing but a kernel that looks at every declaration can tell. */
const TRUE = 'theorem t : True'
const forge = (what: string, body: string, statement = FALSE, before = ''): FalseCase => ({
  kind,
  what,
  statement,
  source: forged(body, before),
  // A cast may leave nothing in order.
  ...(/unsafeCast|4294967296|deep/.test(body) ? {} : { elaborates: true }),
})

export const FORGED_TERMS: readonly FalseCase[] = [
  forge('a proof of another type', 'put (thmN T (c "False") (c "True.intro"))'),
  forge('a proof that is itself', 'put (thmN T (c "False") (.const T []))'),
  forge(
    'two proofs of each other',
    'put (thm "one" (c "False") (c "two"))\nput (thm "two" (c "False") (c "one"))\nput (thmN T (c "False") (c "two"))',
  ),
  forge('a definition that is itself', 'put (defn "one" (c "False") (c "one"))\nput (thmN T (c "False") (c "one"))'),
  forge('a constant that is not there', 'put (thmN T (c "False") (c "Nowhere.at.all"))'),
  forge('a free variable', 'put (thmN T (c "False") (.fvar ⟨.mkSimple "x"⟩))'),
  forge(
    "the kernel's own first free variable",
    'put (thmN T (c "False") (.fvar ⟨.num (.mkSimple "_kernel_fresh") 0⟩))',
  ),
  forge(
    "the kernel's own second free variable below a binder",
    `let x : Expr := .fvar ⟨.num (.mkSimple "_kernel_fresh") 1⟩
put (thmN T (c "False") (fn "id" [pi (c "False") (c "False"), lam (c "False") x, x] [levelZero]))`,
  ),
  forge('a metavariable', 'put (thmN T (c "False") (.mvar ⟨.mkSimple "x"⟩))'),
  forge('a universe metavariable', 'put (thmN T (c "False") (fn "PUnit.unit" [] [.mvar ⟨.mkSimple "u"⟩]))'),
  forge('a loose bound variable', 'put (thmN T (c "False") (.bvar 0))'),
  forge(
    'a loose bound variable below a binder',
    'put (thmN T (pi (c "True") (c "False")) (lam (c "True") (.bvar 1)))',
    'theorem t : True → False',
  ),
  forge(
    'a bound variable beyond 32 bits',
    'put (thmN T (pi (c "True") (c "False")) (lam (c "True") (.bvar 4294967296)))',
    'theorem t : True → False',
  ),
  forge('a loose bound variable in the type', 'put (thmN T (.bvar 0) (c "True.intro"))', 'theorem t : False'),
  forge(
    'a universe parameter that nobody declares',
    'put (thmN T (c "False") (fn "Nat.rec" [c "False"] [.param (.mkSimple "u")]))',
  ),
  forge(
    'a universe parameter declared twice',
    `let u : Name := .mkSimple "u"
put (defn "one" (.sort (.succ (.param u))) (.sort (.param u)) [u, u])
put (thmN T (c "True") (.letE (.mkSimple "x") (.sort levelOne) (c "one" [levelZero, levelZero]) (c "True.intro") false))`,
    TRUE,
  ),
  forge('too few universes', 'put (thmN T (c "False") (fn "Eq.refl" [c "Nat", nat 0]))'),
  forge('too many universes', 'put (thmN T (c "False") (fn "True.intro" [] [levelOne, levelOne]))'),
  forge(
    'Type in Type',
    `put (thmN (.mkSimple "small") (.sort levelOne) (.sort levelOne))
put (thmN T (c "False") (c "small"))`,
  ),
  forge(
    'a number that equals the next one',
    'put (thmN T (eqn (nat 1) (nat 2)) (fn "Eq.refl" [c "Nat", nat 1] [levelOne]))',
    'theorem t : (nat_lit 1) = (nat_lit 2)',
  ),
  forge(
    'a negative number',
    'put (thmN T (eqn (nat 0) (.lit (.natVal (unsafeCast (-1 : Int))))) (fn "Eq.refl" [c "Nat", nat 0] [levelOne]))',
    'theorem t : (nat_lit 0) = (nat_lit 1)',
  ),
  forge(
    'a number of some thousand digits that is not the one stated',
    'put (thmN T (eqn (nat (10 ^ 4000)) (nat (10 ^ 4000))) (fn "Eq.refl" [c "Nat", nat (10 ^ 4000)] [levelOne]))',
    'theorem t : (nat_lit 1) = (nat_lit 2)',
  ),
  forge(
    'a string where a number belongs',
    'put (thmN T (eqn (nat 0) (mkStrLit "0")) (fn "Eq.refl" [c "Nat", nat 0] [levelOne]))',
    'theorem t : (nat_lit 0) = (nat_lit 1)',
  ),
  forge('a name where a term belongs', 'put (thmN T (c "False") (unsafeCast (Name.mkSimple "False")))'),
  forge('a level where a term belongs', 'put (thmN T (c "False") (unsafeCast (Level.succ levelZero)))'),
  forge('a term where a name belongs', 'put (thmN T (c "False") (.const (unsafeCast (c "True.intro")) []))'),
  forge('a term where a level belongs', 'put (thmN T (c "False") (.sort (unsafeCast (c "True.intro"))))'),
  forge(
    'a level where a name belongs',
    'put (thmN T (c "False") (.const (unsafeCast (Level.succ (.succ levelZero))) []))',
  ),
  forge('a list where a term belongs', 'put (thmN T (c "False") (unsafeCast [c "True.intro"]))'),
  forge('a number where a term belongs', 'put (thmN T (c "False") (unsafeCast (0 : Nat)))'),
  forge('a function where a term belongs', 'put (thmN T (c "False") (unsafeCast (fun (x : Nat) => x + 1)))'),
  forge(
    'a string where a list of levels belongs',
    'put (thmN T (c "False") (.const (.mkSimple "True") (unsafeCast "x")))',
  ),
  forge(
    'a name that the type checker believes to be a local proof',
    `let x : Name := .str (.num (.mkSimple "_kernel_fresh") 1) "fgUgpnbHgC,tD9?Q"
let e : Expr := unsafeCast x
put (thmN T (c "False") (fn "id" [pi (c "False") (c "False"), .lam x (c "False") e .default, e] [levelZero]))`,
  ),
  forge(
    'the same below two binders and a let',
    `let x : Name := .str (.num (.mkSimple "_kernel_fresh") 1) "fgUgpnbHgC,tD9?Q"
let e : Expr := unsafeCast x
let f : Expr := .lam x (c "False") (.letE x (c "False") e e false) .default
put (thmN T (c "False") (fn "id" [pi (c "False") (c "False"), f, e] [levelZero]))`,
  ),
  forge(
    'data about a term that is a lie: no loose variables, no parameters',
    `let e : Expr := .app (.bvar 0) (.bvar 1)
let d : Expr := .app (c "True.intro") (c "True.intro")
let lie : Expr := unsafeCast (unsafeCast e : Expr)
put (thmN T (c "False") (.app (.lam (.mkSimple "x") (c "True") lie .default) d))`,
  ),
  forge(
    'a projection of a structure that it is not',
    'put (thmN T (c "False") (.proj (.mkSimple "And") 0 (c "True.intro")))',
  ),
  forge(
    'a projection beyond the fields',
    'put (thmN T (c "False") (.proj (.mkSimple "And") 7 (fn "And.intro" [c "True", c "True", c "True.intro", c "True.intro"])))',
  ),
  forge(
    'a projection whose number wraps round at 2^32',
    'put (thmN T (c "False") (.proj (.mkSimple "And") 4294967296 (fn "And.intro" [c "False", c "True", c "True.intro", c "True.intro"])))',
  ),
  forge(
    'a projection from an existence',
    `let p := lam (c "Nat") (c "True")
let e := fn "Exists.intro" [c "Nat", p, nat 3, c "True.intro"] [levelOne]
put (thmN T (eqn (.proj (.mkSimple "Exists") 0 e) (nat 4)) (fn "Eq.refl" [c "Nat", nat 4] [levelOne]))
put (thmN T (c "False") (.proj (.mkSimple "Exists") 0 e))`,
  ),
  forge('an application of what is no function', 'put (thmN T (c "False") (.app (c "True.intro") (c "True.intro")))'),
  forge(
    'a let whose value has another type',
    'put (thmN T (c "False") (.letE (.mkSimple "h") (c "False") (c "True.intro") (.bvar 0) false))',
  ),
  forge(
    'a have whose value has another type',
    'put (thmN T (c "False") (.letE (.mkSimple "h") (c "False") (c "True.intro") (.bvar 0) true))',
  ),
  forge(
    'metadata around a false proof',
    'put (thmN T (c "False") (.mdata { entries := [(.mkSimple "checked", .ofBool true)] } (c "True.intro")))',
  ),
  forge(
    'a theorem of the library under another type',
    'put (thm "Nat.add_comm" (c "False") (c "True.intro"))\nput (thmN T (c "False") (c "Nat.add_comm"))',
  ),
  forge(
    'a definition of the library with another value',
    `put (defn "Nat.add" (pi (c "Nat") (pi (c "Nat") (c "Nat"))) (lam (c "Nat") (lam (c "Nat") (nat 7))))
put (thmN T (eqn (fn "Nat.add" [nat 1, nat 1]) (nat 7)) (fn "Eq.refl" [c "Nat", nat 7] [levelOne]))`,
    'theorem t : Nat.add (nat_lit 1) (nat_lit 1) = (nat_lit 7)',
  ),
  forge(
    'False of the library with a proof',
    `put (defn "False" (.sort levelZero) (c "True"))
put (thmN T (c "False") (c "True.intro"))`,
  ),
  forge(
    'the theorem declared twice, the true one first',
    `put (thmN T (c "True") (c "True.intro"))
put (thmN T (c "False") (c "True.intro"))`,
  ),
  forge(
    'the theorem declared twice, the false one first',
    `put (thmN T (c "False") (c "True.intro"))
put (thmN T (c "True") (c "True.intro"))`,
  ),
  forge(
    'the theorem as a private and as a public constant',
    `put (thmN T (c "True") (c "True.intro"))
put (thmN (.mkSimple "t") (c "False") (c "True.intro"))`,
  ),
  forge(
    'an axiom',
    'put (.axiomDecl { name := .mkSimple "no", levelParams := [], type := c "False", isUnsafe := false })\nput (thmN T (c "False") (c "no"))',
  ),
  forge(
    'the theorem is an axiom',
    'put (.axiomDecl { name := T, levelParams := [], type := c "False", isUnsafe := false })',
  ),
  forge(
    'an axiom under an allowed name',
    'put (.axiomDecl { name := .mkSimple "propext", levelParams := [], type := c "False", isUnsafe := false })\nput (thmN T (c "False") (c "propext"))',
  ),
  forge(
    'an axiom in the private part of an allowed name',
    'put (.axiomDecl { name := .str (.num (.mkSimple "_private") 0) "propext", levelParams := [], type := c "False", isUnsafe := false })\nput (thmN T (c "False") (.const (.str (.num (.mkSimple "_private") 0) "propext") []))',
  ),
  forge(
    'an opaque constant of another type',
    'put (.opaqueDecl { name := .mkSimple "no", levelParams := [], type := c "False", value := c "True.intro", isUnsafe := false, all := [.mkSimple "no"] })\nput (thmN T (c "False") (c "no"))',
  ),
  forge(
    'an unsafe opaque constant',
    'put (.opaqueDecl { name := .mkSimple "no", levelParams := [], type := c "False", value := c "no", isUnsafe := true, all := [.mkSimple "no"] })\nput (thmN T (c "False") (c "no"))',
  ),
  forge(
    'an unsafe definition',
    'put (.defnDecl { name := .mkSimple "no", levelParams := [], type := c "False", value := c "no", hints := .opaque, safety := .unsafe })\nput (thmN T (c "False") (c "no"))',
  ),
  forge(
    'a partial definition',
    'put (.defnDecl { name := .mkSimple "no", levelParams := [], type := c "False", value := c "no", hints := .opaque, safety := .partial })\nput (thmN T (c "False") (c "no"))',
  ),
  forge(
    'partial definitions of each other',
    'put (.mutualDefnDecl [{ name := .mkSimple "no", levelParams := [], type := c "False", value := c "too", hints := .opaque, safety := .partial }, { name := .mkSimple "too", levelParams := [], type := c "False", value := c "no", hints := .opaque, safety := .partial }])\nput (thmN T (c "False") (c "no"))',
  ),
  forge(
    'a theorem whose type is no proposition',
    `put (thm "no" (c "Nat") (nat 0))
put (thm "no2" (.sort levelOne) (c "Nat"))
put (thmN T (c "False") (c "no2"))`,
  ),
  forge(
    'a name with a number beyond 64 bits',
    'put (thmN (.num (.mkSimple "no") (2 ^ 80)) (c "False") (c "True.intro"))\nput (thmN T (c "False") (.const (.num (.mkSimple "no") (2 ^ 80)) []))',
  ),
  forge(
    'a name with a number that is the same one in 32 bits',
    `put (thmN (.num (.mkSimple "no") 1) (c "True") (c "True.intro"))
put (thmN (.num (.mkSimple "no") 4294967297) (c "False") (c "True.intro"))
put (thmN T (c "False") (.const (.num (.mkSimple "no") 4294967297) []))`,
  ),
  forge(
    'names that are the same when printed',
    `put (thmN (.str .anonymous "a.b") (c "False") (c "True.intro"))
put (thmN (.str (.str .anonymous "a") "b") (c "True") (c "True.intro"))
put (thmN T (c "False") (.const (.str .anonymous "a.b") []))`,
  ),
  forge(
    'a name component that is a number, and one that is its text',
    `put (thmN (.num (.mkSimple "a") 1) (c "True") (c "True.intro"))
put (thmN (.str (.mkSimple "a") "1") (c "False") (c "True.intro"))
put (thmN T (c "False") (.const (.str (.mkSimple "a") "1") []))`,
  ),
  forge(
    'a name with a lone byte in it',
    'put (thmN (.mkSimple (unsafeCast (ByteArray.mk #[0xff, 0xfe]))) (c "False") (c "True.intro"))\nput (thmN T (c "False") (.const (.mkSimple (unsafeCast (ByteArray.mk #[0xff, 0xfe]))) []))',
  ),
  forge(
    'the anonymous name',
    'put (thmN .anonymous (c "False") (c "True.intro"))\nput (thmN T (c "False") (.const .anonymous []))',
  ),
  forge(
    'the universe is 2^24 steps high',
    `let rec up (n : Nat) (l : Level) : Level := match n with | 0 => l | n + 1 => up n (.succ l)
put (thmN T (c "False") (.sort (up 5000 levelZero)))`,
  ),
  forge(
    'a recursor of the library with another motive',
    'put (thmN T (c "False") (fn "Nat.rec" [lam (c "Nat") (c "False"), c "True.intro", lam (c "Nat") (lam (c "False") (.bvar 0)), nat 0] [levelZero]))',
  ),
  forge(
    'large elimination of an existence',
    `let p := lam (c "Nat") (c "True")
let ty := fn "Exists" [c "Nat", p] [levelOne]
put (defn "witness" (pi ty (c "Nat")) (lam ty (fn "Exists.rec" [c "Nat", p, lam ty (c "Nat"), lam (c "Nat") (lam (c "True") (.bvar 1)), .bvar 0] [levelOne])))
put (thmN T (c "True") (.letE (.mkSimple "x") (pi ty (c "Nat")) (c "witness") (c "True.intro") false))`,
    TRUE,
  ),
  forge(
    'large elimination of a disjunction',
    `put (defn "side" (pi (fn "Or" [c "True", c "True"]) (c "Bool"))
  (lam (fn "Or" [c "True", c "True"]) (fn "Or.rec" [c "True", c "True", lam (fn "Or" [c "True", c "True"]) (c "Bool"), lam (c "True") (c "Bool.true"), lam (c "True") (c "Bool.false"), .bvar 0] [levelOne])))
put (thmN T (c "True") (.letE (.mkSimple "x") (pi (fn "Or" [c "True", c "True"]) (c "Bool")) (c "side") (c "True.intro") false))`,
    TRUE,
  ),
  forge(
    'Eq.rec at another universe',
    'put (thmN T (c "False") (fn "Eq.rec" [.sort levelZero, c "True", lam (.sort levelZero) (lam (fn "Eq" [.sort levelZero, c "True", .bvar 0] [levelOne]) (.bvar 1)), c "True.intro", c "False", fn "Eq.refl" [.sort levelZero, c "True"] [levelOne]] [levelZero, levelOne]))',
  ),
  forge(
    'an equality of propositions by Eq.refl',
    'put (thm "same" (fn "Eq" [.sort levelZero, c "True", c "False"] [levelOne]) (fn "Eq.refl" [.sort levelZero, c "True"] [levelOne]))\nput (thmN T (c "False") (fn "Eq.mp" [c "True", c "False", c "same", c "True.intro"] [levelZero]))',
  ),
  forge(
    'Quot.lift without a proof that it respects the relation',
    `let r := lam (c "Nat") (lam (c "Nat") (c "True"))
put (thmN T (c "False") (fn "Quot.lift" [c "Nat", r, c "Nat", lam (c "Nat") (.bvar 0), c "True.intro", fn "Quot.mk" [c "Nat", r, nat 0] [levelOne]] [levelOne, levelOne]))`,
  ),
  forge(
    'code that leaves the environment without the theorem',
    'put (thmN T (c "True") (c "True.intro"))\nmodify fun s => { s with env := unsafeCast (0 : Nat) }',
    FALSE,
  ),
  forge(
    'code that ends the process',
    'let rec deep (n : Nat) : Nat := if n = 0 then 0 else 1 + deep (n - 1)\nif deep 100000000 = 1 then put (thmN T (c "False") (c "True.intro"))',
    FALSE,
  ),
]
