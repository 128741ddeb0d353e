/** [what it shows, declarations on top of the prelude, `ok` or the rule that refuses them] */
export type Case = readonly [string, string, string]

const u = (left: string, right: string): string => `def t.{u, v, w} : Sort (${left})+1 := Sort ${right}`

/** Universe levels are compared by what they mean. */
const LEVELS: Case[] = (
  [
    ['0', '0', true],
    ['0', '1', false],
    ['u', 'u', true],
    ['u', 'v', false],
    ['u+1', 'u', false],
    ['u', 'u+1', false],
    ['max(u, v)', 'max(v, u)', true],
    ['max(u, u)', 'u', true],
    ['max(u, 0)', 'u', true],
    ['max(u, 1)', 'u', false],
    ['max(u, u+1)', 'u+1', true],
    ['max(u, v)+1', 'max(u+1, v+1)', true],
    ['max(u, max(v, w))', 'max(max(u, v), w)', true],
    ['max(u, v)', 'u', false],
    ['imax(u, 0)', '0', true],
    ['imax(1, 0)', '0', true],
    ['imax(u, 1)', 'max(u, 1)', true],
    ['imax(u, v+1)', 'max(u, v+1)', true],
    ['imax(u, v)', 'max(u, v)', false],
    ['imax(u, v)', 'imax(v, u)', false],
    ['imax(u, u)', 'u', true],
    ['imax(0, u)', 'u', true],
    ['imax(1, u)', 'u', true],
    ['imax(2, u)', 'u', false],
    ['imax(u, imax(v, w))', 'imax(max(u, v), w)', true],
    ['imax(u, imax(u, v))', 'imax(u, v)', true],
    ['imax(u, max(v, w))', 'max(imax(u, v), imax(u, w))', true],
    ['imax(imax(u, v), v)', 'imax(u, v)', true],
    ['max(imax(u, v), u)', 'max(u, v)', true],
    ['max(imax(u, v), v)', 'imax(u, v)', true],
    ['imax(u, v)+1', 'imax(u+1, v+1)', false],
    ['imax(u, v)+1', 'max(imax(u, v)+1, 1)', true],
    ['imax(u, v)+1', 'imax(u, v)', false],
    ['max(u, imax(v, u))', 'max(u, v)', false],
    ['imax(max(u, 1), v)', 'imax(u, v)', true],
    ['imax(max(u, 2), v)', 'imax(u, v)', false],
    ['imax(u+1, imax(v+1, 0))', '0', true],
    ['max(1, imax(u, v))', 'max(1, v)', false],
  ] as const
).map(([a, b, equal]) => [`${a} ${equal ? 'is' : 'is not'} ${b}`, u(a, b), equal ? 'ok' : 'declared type'])

const TYPES: Case[] = [
  ['a literal is a number', 'def t : Nat := 7', 'ok'],
  ['a literal is no proposition', 'def t : Prop := 7', 'declared type'],
  ['an application', 'def t : Nat := Nat.succ 7', 'ok'],
  ['a wrong argument', 'def t : Nat := Nat.succ Bool.true', 'application'],
  ['a number is applied', 'def t : Nat := 7 7', 'function expected'],
  ['too many arguments', 'def t : Nat := Nat.succ 1 1', 'function expected'],
  ['too few arguments', 'def t : Nat := Nat.add 1', 'declared type'],
  ['a function', 'def t : Nat -> Nat := fun (n : Nat) => n', 'ok'],
  ['its domain is no type', 'def t : Nat -> Nat := fun (n : 7) => n', 'sort expected'],
  ['a function type over no type', 'def t : Type := (n : 7) -> Nat', 'sort expected'],
  ['a function type into no type', 'def t : Type := Nat -> 7', 'sort expected'],
  ['a dependent function', 'def t.{u} : (A : Sort u) -> A -> A := fun (A : Sort u) (a : A) => a', 'ok'],
  [
    'variables the wrong way round',
    'def t.{u} : (A : Sort u) -> A -> A := fun (A : Sort u) (a : A) => A',
    'declared type',
  ],
  ['a proposition about all types is one', 'def t : Prop := (A : Type) -> Eq.{2} Type A A', 'ok'],
  ['a type over all types is greater', 'def t : Type := (A : Type) -> A', 'declared type'],
  ['a sort lives in the next one', 'def t : Type := Type', 'declared type'],
  ['Prop is a Type', 'def t : Type := Prop', 'ok'],
  ['a let', 'def t : Nat := let x : Nat := 5; Nat.succ x', 'ok'],
  ['a let knows its value', 'theorem t : Eq.{1} Nat 5 5 := let x : Nat := 5; (Eq.refl.{1} Nat x)', 'ok'],
  ['a let of another type', 'def t : Nat := let x : Bool := 5; 1', 'let'],
  ['a let whose type is none', 'def t : Nat := let x : 5 := 5; 1', 'sort expected'],
  ['a type that depends on a let', 'def t : Nat := let A : Type := Nat; id.{1} A 5', 'ok'],
  ['an unknown constant', 'def t : Nat := missing', 'unknown constant'],
  ['a constant mentions itself', 'def t : Nat := t', 'unknown constant'],
  ['too few levels', 'def t : Type := List Nat', 'universe arity'],
  ['too many levels', 'def t : Nat := Nat.succ.{1} 0', 'universe arity'],
  ['a theorem', 'theorem t : True := True.intro', 'ok'],
  ['a theorem of data', 'theorem t : Nat := 5', 'theorem of a proposition'],
  ['a theorem of what may be data', 'theorem t.{u} : PUnit.{u} := PUnit.unit.{u}', 'theorem of a proposition'],
  ['a wrong proof', 'theorem t : False := True.intro', 'declared type'],
  ['an opaque constant', 'opaque t : Nat := 5', 'ok'],
  ['an opaque constant of another type', 'opaque t : Nat := Bool.true', 'declared type'],
  [
    'an opaque constant is not unfolded',
    'opaque c : Nat := 5 theorem t : Eq.{1} Nat c 5 := Eq.refl.{1} Nat 5',
    'declared type',
  ],
  ['a definition is unfolded', 'def c : Nat := 5 theorem t : Eq.{1} Nat c 5 := Eq.refl.{1} Nat 5', 'ok'],
  ['an axiom', 'axiom t : False', 'axiom'],
  ['a name twice', 'def t : Nat := 1 def s : Nat := t def r : Nat := s', 'ok'],
  ['a name of the library', 'def id : Nat := 1', 'constant declared twice'],
  [
    'a name that the kernel computes',
    'def Nat.gcd : Nat -> Nat -> Nat := fun (m : Nat) (n : Nat) => 7',
    'reserved name',
  ],
  ['another one', 'def Nat.shiftLeft : Nat := 7', 'reserved name'],
  ['strings of its own', 'inductive[0] String : Type', 'reserved name'],
  ['a constructor with such a name', 'inductive[0] A : Type | String.ofList : A', 'reserved name'],
  ['an unsafe definition', 'unsafe def t : Nat := 1', 'unsafe declaration'],
  ['a partial definition', 'partial def t : Nat := 1', 'unsafe declaration'],
  ['an unsafe type', 'unsafe inductive[0] A : Type | A.mk : (A -> A) -> A', 'unsafe declaration'],
  ['a string without the strings of the library', 'def t : Nat := id.{1} Nat "a"', 'literal'],
]

const EQUALITY: Case[] = (
  [
    ['beta', 'Nat', '(fun (n : Nat) => n) 3', '3', true],
    ['delta', 'Nat', 'id.{1} Nat 3', '3', true],
    ['zeta', 'Nat', 'let x : Nat := 3; x', '3', true],
    ['iota', 'Bool', 'not Bool.true', 'Bool.false', true],
    ['iota goes by the constructor', 'Bool', 'not Bool.true', 'Bool.true', false],
    ['a literal is successors', 'Nat', 'Nat.succ (Nat.succ Nat.zero)', '2', true],
    ['and not more of them', 'Nat', 'Nat.succ (Nat.succ (Nat.succ Nat.zero))', '2', false],
    ['zero', 'Nat', 'Nat.zero', '0', true],
    ['a recursor on a literal', 'Bool', 'Nat.isZero 5', 'Bool.false', true],
    ['and on zero', 'Bool', 'Nat.isZero 0', 'Bool.true', true],
    ['sums', 'Nat', 'Nat.add 20 22', '42', true],
    ['wrong sums', 'Nat', 'Nat.add 20 22', '43', false],
    [
      'products',
      'Nat',
      'Nat.mul 12345678901234567890 98765432109876543210',
      '1219326311370217952237463801111263526900',
      true,
    ],
    ['powers', 'Nat', 'Nat.pow 2 100', '1267650600228229401496703205376', true],
    ['a projection', 'Nat', 'proj Prod 0 (Prod.mk.{0, 0} Nat Bool 3 Bool.true)', '3', true],
    ['the other field', 'Bool', 'proj Prod 1 (Prod.mk.{0, 0} Nat Bool 3 Bool.true)', 'Bool.true', true],
    [
      'a quotient',
      'Nat',
      'Quot.lift.{1, 1} Nat (Eq.{1} Nat) Nat (fun (n : Nat) => n) (fun (a : Nat) (b : Nat) (h : Eq.{1} Nat a b) => h) (Quot.mk.{1} Nat (Eq.{1} Nat) 3)',
      '3',
      true,
    ],
    ['constants of different names', 'Nat -> Nat', 'Nat.add 1', 'Nat.mul 1', false],
  ] as const
).map(
  ([what, type, a, b, equal]): Case => [
    `equal terms: ${what}`,
    `theorem t : Eq.{1} (${type}) (${a}) (${b}) := Eq.refl.{1} (${type}) (${b})`,
    equal ? 'ok' : 'declared type',
  ],
)

/** Equalities under variables: `[what, variables, type, left, right, equal]`. */
const OPEN: Case[] = (
  [
    ['eta for functions', '(f : Nat -> Nat)', 'Nat -> Nat', 'fun (n : Nat) => f n', 'f', true],
    ['eta, the other way', '(f : Nat -> Nat)', 'Nat -> Nat', 'f', 'fun (n : Nat) => f n', true],
    ['not eta', '(f : Nat -> Nat) (m : Nat)', 'Nat -> Nat', 'fun (n : Nat) => f m', 'f', false],
    [
      'eta for structures',
      '(p : Prod.{0, 0} Nat Bool)',
      'Prod.{0, 0} Nat Bool',
      'Prod.mk.{0, 0} Nat Bool (proj Prod 0 p) (proj Prod 1 p)',
      'p',
      true,
    ],
    [
      'not of two structures',
      '(p : Prod.{0, 0} Nat Nat)',
      'Prod.{0, 0} Nat Nat',
      'Prod.mk.{0, 0} Nat Nat (proj Prod 1 p) (proj Prod 0 p)',
      'p',
      false,
    ],
    ['types with one value', '(a : Unit) (b : Unit)', 'Unit', 'a', 'b', true],
    ['types with two', '(a : Bool) (b : Bool)', 'Bool', 'a', 'b', false],
    ['types with one value in every universe', '(a : PUnit.{1}) (b : PUnit.{1})', 'PUnit.{1}', 'a', 'b', true],
    ['proofs of one proposition', '(a : True) (b : True)', 'True', 'a', 'b', true],
    ['proofs of an unknown proposition', '(p : Prop) (a : p) (b : p)', 'p', 'a', 'b', true],
    ['values of an unknown type', '(A : Type) (a : A) (b : A)', 'A', 'a', 'b', false],
    [
      'a recursor on a structure',
      '(p : Prod.{0, 0} Nat Bool)',
      'Nat',
      'Prod.rec.{1, 0, 0} Nat Bool (fun (q : Prod.{0, 0} Nat Bool) => Nat) (fun (a : Nat) (b : Bool) => a) p',
      'proj Prod 0 p',
      true,
    ],
    [
      'K: the only proof of an equality',
      '(n : Nat) (h : Eq.{1} Nat n n)',
      'Nat',
      'Eq.rec.{1, 1} Nat n (fun (m : Nat) (e : Eq.{1} Nat n m) => Nat) 5 n h',
      '5',
      true,
    ],
    [
      'no K where the sides differ',
      '(n : Nat) (m : Nat) (h : Eq.{1} Nat n m)',
      'Nat',
      'Eq.rec.{1, 1} Nat n (fun (m : Nat) (e : Eq.{1} Nat n m) => Nat) 5 m h',
      '5',
      false,
    ],
    ['a sum with a variable on the left', '(n : Nat)', 'Nat', 'Nat.add n 2', 'Nat.succ (Nat.succ n)', true],
    ['but not on the right', '(n : Nat)', 'Nat', 'Nat.add 2 n', 'Nat.succ (Nat.succ n)', false],
    ['successors of equal numbers', '(n : Nat)', 'Nat', 'Nat.succ (Nat.add n 0)', 'Nat.succ n', true],
    [
      'binders',
      '',
      'Type',
      '(n : Nat) -> Eq.{1} Nat (Nat.add n 0) n -> Nat',
      '(n : Nat) -> Eq.{1} Nat n n -> Nat',
      true,
    ],
    ['other binders', '', 'Type', 'Nat -> Bool', 'Bool -> Nat', false],
    [
      'quotients by induction',
      '(p : Quot.{1} Nat (Eq.{1} Nat) -> Prop) (h : (a : Nat) -> p (Quot.mk.{1} Nat (Eq.{1} Nat) a))',
      'p (Quot.mk.{1} Nat (Eq.{1} Nat) 3)',
      'Quot.ind.{1} Nat (Eq.{1} Nat) p h (Quot.mk.{1} Nat (Eq.{1} Nat) 3)',
      'h 3',
      true,
    ],
  ] as const
).map(([what, variables, type, a, b, equal]): Case => {
  const level = type === 'Type' ? '2' : type === 'True' || type === 'p' || type.startsWith('p (') ? '0' : '1'
  const statement = `Eq.{${level}} (${type}) (${a}) (${b})`
  const proof = `Eq.refl.{${level}} (${type}) (${b})`
  const open =
    variables === ''
      ? [statement, proof]
      : [`${variables.replaceAll(') (', ') -> (')} -> ${statement}`, `fun ${variables} => ${proof}`]
  return [`equal under variables: ${what}`, `theorem t : ${open[0]} := ${open[1]}`, equal ? 'ok' : 'declared type']
})

const PROJECTIONS: Case[] = [
  ['a field', 'def t : Prod.{0, 0} Nat Bool -> Nat := fun (p : Prod.{0, 0} Nat Bool) => proj Prod 0 p', 'ok'],
  [
    'no such field',
    'def t : Prod.{0, 0} Nat Bool -> Nat := fun (p : Prod.{0, 0} Nat Bool) => proj Prod 2 p',
    'projection',
  ],
  [
    'the name of another structure',
    'def t : Prod.{0, 0} Nat Bool -> Nat := fun (p : Prod.{0, 0} Nat Bool) => proj And 0 p',
    'projection',
  ],
  ['a type with two constructors', 'def t : Nat -> Nat := fun (n : Nat) => proj Nat 0 n', 'projection'],
  ['a type with indices', 'def t : Eq.{1} Nat 1 1 -> Nat := fun (h : Eq.{1} Nat 1 1) => proj Eq 0 h', 'projection'],
  ['a function', 'def t : (Nat -> Nat) -> Nat := fun (f : Nat -> Nat) => proj Prod 0 f', 'projection'],
  [
    'a proof from a proof',
    'theorem t : (a : Prop) -> (b : Prop) -> And a b -> a := fun (a : Prop) (b : Prop) (h : And a b) => proj And 0 h',
    'ok',
  ],
  [
    'data from a proof',
    'def t : Exists.{1} Nat (Eq.{1} Nat 1) -> Nat := fun (h : Exists.{1} Nat (Eq.{1} Nat 1)) => proj Exists 0 h',
    'projection',
  ],
  [
    'a proof about data from a proof',
    'theorem t : (h : Exists.{1} Nat (Eq.{1} Nat 1)) -> Eq.{1} Nat 1 (proj Exists 0 h) := fun (h : Exists.{1} Nat (Eq.{1} Nat 1)) => proj Exists 1 h',
    'projection',
  ],
  [
    'a later proof that does not depend on data',
    `inductive[0] P : Prop | P.mk : Nat -> True -> P
    theorem t : P -> True := fun (h : P) => proj P 1 h`,
    'ok',
  ],
  [
    'data from what is a proposition by its level only',
    `inductive[0] P : Sort imax(1, 0) | P.mk : Bool -> P
    def t : P -> Bool := fun (h : P) => proj P 0 h`,
    'projection',
  ],
  [
    'a dependent field',
    `inductive[0] S : Type | S.mk : (n : Nat) -> Vector.{0} Bool n -> S
    def t : (s : S) -> Vector.{0} Bool (proj S 0 s) := fun (s : S) => proj S 1 s`,
    'ok',
  ],
  [
    'its type follows the structure',
    `inductive[0] S : Type | S.mk : (n : Nat) -> Vector.{0} Bool n -> S
    def t : (s : S) -> Vector.{0} Bool 0 := fun (s : S) => proj S 1 s`,
    'declared type',
  ],
  [
    'equal projections are of one structure',
    `inductive[0] A : Type | A.mk : Nat -> A inductive[0] B : Type | B.mk : Nat -> B
    theorem t : (a : A) -> Eq.{1} Nat (proj A 0 a) (proj B 0 a) := fun (a : A) => Eq.refl.{1} Nat (proj A 0 a)`,
    'projection',
  ],
  [
    'two structures alike are two',
    `inductive[0] A : Type | A.mk : Nat -> A inductive[0] B : Type | B.mk : Nat -> B
    theorem t : (a : A) -> (b : B) -> Eq.{1} Nat (proj A 0 a) (proj B 0 b) := fun (a : A) (b : B) => Eq.refl.{1} Nat (proj A 0 a)`,
    'declared type',
  ],
]

const INDUCTIVE: Case[] = [
  ['an empty type', 'inductive[0] A : Type', 'ok'],
  ['an enumeration', 'inductive[0] A : Type | A.x : A | A.y : A', 'ok'],
  ['a recursive type', 'inductive[0] A : Type | A.leaf : A | A.node : A -> A -> A', 'ok'],
  ['a reflexive type', 'inductive[0] A : Type | A.leaf : A | A.sup : (Nat -> A) -> A', 'ok'],
  [
    'a type with parameters',
    'inductive[1] A.{u} : (X : Sort u+1) -> Sort u+1 | A.mk : (X : Sort u+1) -> X -> A.{u} X',
    'ok',
  ],
  ['a type with indices', 'inductive[0] A : Nat -> Type | A.mk : (n : Nat) -> A n -> A (Nat.succ n)', 'ok'],
  ['a mutual group', 'inductive[0] A : Type | A.z : A | A.s : B -> A with B : Type | B.s : A -> B', 'ok'],
  ['a nested type', 'inductive[0 1] T : Type | T.node : List.{0} T -> T', 'ok'],
  [
    'a nested type with a parameter',
    'inductive[1 1] T.{u} : (A : Sort u+1) -> Sort u+1 | T.node : (A : Sort u+1) -> A -> List.{u} (T.{u} A) -> T.{u} A',
    'ok',
  ],
  ['doubly nested', 'inductive[0 2] T : Type | T.node : List.{0} (List.{0} T) -> T', 'ok'],
  ['nested in two ways', 'inductive[0 2] T : Type | T.a : List.{0} T -> T | T.b : Prod.{0, 0} T Nat -> T', 'ok'],
  ['a number of copies that is not true', 'inductive[0 3] T : Type | T.node : List.{0} T -> T', 'inductive: header'],
  ['nested in a type with an index', 'inductive[0 1] T : Type | T.node : (n : Nat) -> Vector.{0} T n -> T', 'ok'],
  [
    'a parameter that depends on a field',
    `inductive[1] W : (Nat -> Type) -> Type | W.mk : (f : Nat -> Type) -> f 0 -> W f
    inductive[0 1] T : Type | T.node : (n : Nat) -> W (fun (k : Nat) => Eq.{1} Nat k n -> T) -> T`,
    'inductive: nested occurrence',
  ],
  [
    'nested where a parameter mentions a field',
    `inductive[2] W : Type -> Nat -> Type | W.mk : (A : Type) -> (k : Nat) -> A -> W A k
    inductive[0 1] T : Type | T.node : (n : Nat) -> W T n -> T`,
    'inductive: nested occurrence',
  ],
  ['a negative occurrence', 'inductive[0] A : Type | A.mk : (A -> Nat) -> A', 'inductive: positivity'],
  [
    'a positive one that is not strict',
    'inductive[0] A : Type | A.mk : ((A -> Nat) -> Nat) -> A',
    'inductive: positivity',
  ],
  ['an argument of a function', 'inductive[0] A : Type | A.mk : (Nat -> A -> A) -> A', 'inductive: positivity'],
  [
    'within another type that is not strict',
    `inductive[1] F : Type -> Type | F.mk : (X : Type) -> (X -> Nat) -> F X
    inductive[0 1] A : Type | A.mk : F A -> A`,
    'inductive: positivity',
  ],
  [
    'hidden by a definition',
    `def Arrow : Type -> Type := fun (X : Type) => X -> Nat
    inductive[0] A : Type | A.mk : Arrow A -> A`,
    'inductive: positivity',
  ],
  [
    'a definition that leaves it out',
    `def Ignore : Type -> Type := fun (X : Type) => Nat
    inductive[0] A : Type | A.mk : Ignore A -> A`,
    'ok',
  ],
  ['in a proof', 'inductive[0] A : Type | A.mk : (a : A) -> Eq.{1} A a a -> A', 'inductive: nested occurrence'],
  ['at an index of itself', 'inductive[0] A : Type -> Type | A.mk : A (A Nat)', 'inductive: constructor'],
  ['a field of too great a universe', 'inductive[0] A : Type | A.mk : Type -> A', 'inductive: universe'],
  ['in Prop there is none', 'inductive[0] A : Prop | A.mk : Type -> A', 'ok'],
  ['a universe that may be too small', 'inductive[0] A.{u} : Sort u | A.mk : Nat -> A.{u}', 'inductive: universe'],
  [
    'an imax that may be zero',
    'inductive[0] A.{u, v} : Sort imax(u, v) | A.mk : PUnit.{u} -> A.{u, v}',
    'inductive: universe',
  ],
  [
    'a maximum',
    'inductive[2] A.{u, v} : (X : Sort u) -> (Y : Sort v) -> Sort max(max(u, v), 1) | A.mk : (X : Sort u) -> (Y : Sort v) -> X -> Y -> A.{u, v} X Y',
    'ok',
  ],
  ['the result is no sort', 'inductive[0] A : 5', 'sort expected'],
  ['the result is a type that is no sort', 'inductive[0] A : Nat', 'inductive: result sort'],
  ['the result has to be computed', 'def S : Sort 2 := Type inductive[0] A : S', 'inductive: result sort'],
  ['fewer arguments than parameters', 'inductive[2] A : Nat -> Type', 'inductive: parameters'],
  ['a constructor that does not take them', 'inductive[1] A : Nat -> Type | A.mk : A 0', 'inductive: parameters'],
  [
    'a constructor that changes them',
    'inductive[1] A : Nat -> Type | A.mk : (n : Nat) -> A (Nat.succ n)',
    'inductive: constructor',
  ],
  [
    'a field at another parameter',
    'inductive[1] A : Nat -> Type | A.mk : (n : Nat) -> A (Nat.succ n) -> A n',
    'inductive: positivity',
  ],
  ['it makes something else', 'inductive[0] A : Type | A.mk : Nat', 'inductive: constructor'],
  ['it makes another type of the group', 'inductive[0] A : Type | A.mk : B with B : Type', 'inductive: constructor'],
  [
    'a constructor that is ill typed',
    'inductive[0] A : Type | A.mk : Eq.{1} Nat Bool.true Bool.true -> A',
    'application',
  ],
  [
    'a group in two universes',
    'inductive[0] A : Type | A.mk : B -> A with B : Prop | B.mk : A -> B',
    'inductive: result sort',
  ],
  ['the name of a constructor is taken', 'inductive[0] A : Type | id : A', 'constant declared twice'],
  ['its recursor is taken', 'def A.rec : Nat := 1 inductive[0] A : Type', 'constant declared twice'],
  ['a constructor twice', 'inductive[0] A : Type | A.x : A inductive[0] B : Type | B.x : A', 'inductive: constructor'],
  ['another level of itself', 'inductive[0] A.{u} : Sort u+2 | A.mk : A.{0} -> A.{u}', 'inductive: positivity'],
  ['another group than it says', 'inductive[0] A : Type with B : Type def t : Type := A', 'ok'],
]

/** Which propositions may be taken apart to make data: a recursor that does takes one level more. */
const LARGE: Case[] = (
  [
    ['no constructor', 'inductive[0] A : Prop', true],
    ['one without fields', 'inductive[0] A : Prop | A.mk : A', true],
    ['one with a proof', 'inductive[0] A : Prop | A.mk : True -> A', true],
    ['one with data', 'inductive[0] A : Prop | A.mk : Nat -> A', false],
    ['two constructors', 'inductive[0] A : Prop | A.x : A | A.y : A', false],
    ['data that is an index', 'inductive[0] A : Nat -> Prop | A.mk : (n : Nat) -> A n', true],
    ['data within an index', 'inductive[0] A : Nat -> Prop | A.mk : (n : Nat) -> A (Nat.succ n)', false],
    ['recursion through proofs', 'inductive[0] A : Nat -> Prop | A.mk : (n : Nat) -> (Nat -> A n) -> A n', true],
    ['two types', 'inductive[0] A : Prop | A.mk : B -> A with B : Prop', false],
    ['what may be a proposition', 'inductive[0] A.{u} : Sort u | A.x : A.{u} | A.y : A.{u}', false],
    ['a type is never one', 'inductive[0] A : Type | A.x : A | A.y : A', true],
    ['a proposition by its level', 'inductive[0] A : Sort imax(1, 0) | A.x : A | A.y : A', false],
    [
      'a proof of what may be data',
      'inductive[1] A.{u} : (X : Sort u) -> Prop | A.mk : (X : Sort u) -> X -> A.{u} X',
      false,
    ],
  ] as const
).map(([what, text, large]): Case => {
  const own = text.includes('A.{u}') ? ', u' : ''
  // With as many levels as it has, the recursor is a function and no number; with others it is nothing.
  return [
    `large elimination: ${what}`,
    `${text}\ndef s.{u} : Nat := A.rec.{1${own}}`,
    large ? 'declared type' : 'universe arity',
  ]
})

export const CASES: readonly Case[] = [
  ...LEVELS,
  ...TYPES,
  ...EQUALITY,
  ...OPEN,
  ...PROJECTIONS,
  ...INDUCTIVE,
  ...LARGE,
]
