import type { FalseCase } from '../cases.ts'
import { forged } from './forge.ts'

/** What headers and statements may do to the process that is to stay clean, or to the kernel. */
const META = 'import Lean\nopen Lean Elab Command Term Meta'
const FALSE = 'theorem t : False'

/** Ways to be wrong in a header, in one text: a process that has run it serves all cases below. */
const WRONG = `axiom no : False
theorem use : 1 = 2 := no.elim
private axiom hidden : False
theorem useHidden : 1 = 2 := hidden.elim
instance : Inhabited Empty := ⟨no.elim⟩
class Lie where
  no : False
axiom lie : Lie
attribute [instance] lie
theorem undone : False := sorry
instance : Inhabited PEmpty := ⟨sorry⟩
unsafe def endless : False := endless
partial def f (n : Nat) : Nat := f n
theorem native : 2 ^ 10 = 1024 := by native_decide
macro "magic" : tactic => \`(tactic| sorry)
notation "qed" => (sorry : False)`
/** The same by code. */
const WRONG_CODE = forged(`put (thm "no" (c "False") (c "True.intro"))
put (.axiomDecl { name := .mkSimple "no2", levelParams := [], type := c "False", isUnsafe := false })
put (.axiomDecl { name := .str (.mkSimple "propext") "x", levelParams := [], type := c "False", isUnsafe := false })
put (defn "five" (c "Nat") (c "True.intro"))`)

const HEADER = 'header'
export const HEADERS: readonly FalseCase[] = [
  { what: 'an axiom', header: 'axiom no : False', statement: FALSE, tactics: ['exact no'], because: /axiom/ },
  {
    what: 'an axiom in a namespace that stays open',
    header: 'namespace Foo\naxiom no : False',
    statement: FALSE,
    tactics: ['exact no'],
    because: /axiom/,
  },
  {
    what: 'an axiom that a file repeats',
    header: 'axiom no : False',
    statement: FALSE,
    source: 'axiom no : False\ntheorem t : False := no\n',
    because: /axiom/,
  },
  {
    what: 'an axiom that a file proves by sorry',
    header: 'axiom no : False',
    statement: FALSE,
    source: 'theorem no : False := sorry\ntheorem t : False := no\n',
  },
  {
    what: 'a theorem by an axiom',
    header: WRONG,
    statement: 'theorem t : 1 = 2',
    tactics: ['exact use'],
    because: /rests on the axiom no/,
  },
  {
    what: 'an axiom in the private part',
    header: WRONG,
    statement: 'theorem t : 1 = 2',
    tactics: ['exact useHidden'],
    because: /rests on the axiom hidden/,
  },
  {
    what: 'an instance by an axiom',
    header: WRONG,
    statement: 'theorem t : Nonempty Empty',
    tactics: ['exact ⟨default⟩'],
    because: /rests on the axiom no/,
  },
  {
    what: 'a class of axioms',
    header: WRONG,
    statement: FALSE,
    tactics: ['exact Lie.no'],
    because: /rests on the axiom lie/,
  },
  {
    what: 'a theorem by sorry',
    header: WRONG,
    statement: FALSE,
    tactics: ['exact undone'],
    because: /rests on sorryAx/,
  },
  {
    what: 'an instance by sorry',
    header: WRONG,
    statement: 'theorem t : Nonempty PEmpty.{1}',
    tactics: ['exact ⟨default⟩'],
    because: /rests on sorryAx/,
  },
  {
    what: 'a theorem that the kernel has not seen',
    header:
      'set_option debug.skipKernelTC true\ntheorem no : 1 = 2 := by decide +kernel\nset_option debug.skipKernelTC false',
    statement: 'theorem t : 1 = 2',
    tactics: ['exact no'],
  },
  {
    what: 'the option that skips the kernel',
    header: 'set_option debug.skipKernelTC true',
    statement: 'theorem t : 1 = 2',
    tactics: ['decide +kernel'],
  },
  {
    what: 'the option that skips the kernel, and a file',
    header: 'set_option debug.skipKernelTC true',
    statement: 'theorem t : 1 = 2',
    source: 'set_option debug.skipKernelTC true\ntheorem t : 1 = 2 := by decide +kernel\n',
  },
  {
    what: 'a theorem by the option that makes proofs sorry',
    header: 'set_option debug.proofAsSorry true\ntheorem no : 1 = 2 := by simp_all',
    statement: 'theorem t : 1 = 2',
    tactics: ['exact no'],
  },
  {
    what: 'the option that makes proofs sorry',
    header: 'set_option debug.proofAsSorry true',
    statement: 'theorem t : 1 = 2',
    tactics: ['omega'],
  },
  {
    what: 'a theorem by native_decide',
    header: WRONG,
    statement: 'theorem t : 2 ^ 10 = 1024',
    tactics: ['exact native'],
    because: /rests on Lean\.ofReduceBool/,
  },
  {
    what: 'a fact of the compiler',
    header: 'theorem no : Lean.reduceNat System.Platform.numBits = 32 := rfl',
    statement: 'theorem t : Lean.reduceNat System.Platform.numBits = 32',
    tactics: ['exact no'],
  },
  {
    what: 'a partial function, and its value',
    header: WRONG,
    statement: 'theorem t : f 0 = 0',
    tactics: ['rfl'],
    because: /`rfl` failed/,
  },
  {
    what: 'an unsafe theorem',
    header: WRONG,
    statement: FALSE,
    tactics: ['exact endless'],
    because: /\(kernel\) invalid decla/,
  },
  {
    what: 'a macro that closes the goal',
    header: WRONG,
    statement: FALSE,
    tactics: ['magic'],
    because: /rests on sorryAx/,
  },
  {
    what: 'a notation that is the proof',
    header: WRONG,
    statement: FALSE,
    tactics: ['exact qed'],
    because: /rests on sorryAx/,
  },
  {
    what: 'a theorem of the name to be proved',
    header: 'theorem t : True := trivial',
    statement: FALSE,
    source: 'theorem t : True := trivial\n',
  },
  {
    what: 'an axiom of the name to be proved',
    header: 'axiom t : False',
    statement: 'theorem t : False',
    source: 'theorem u : True := trivial\n',
  },
  { what: 'an unfinished comment', header: '/- open', statement: FALSE, source: 'theorem t : False := trivial\n' },
  { what: 'the end of the file', header: '#exit', statement: FALSE, tactics: ['trivial'] },
  { what: 'a theorem without its end', header: 'theorem u : True := by', statement: FALSE, tactics: ['trivial'] },
  {
    what: 'code that adds a theorem which no kernel has seen',
    header: WRONG_CODE,
    statement: FALSE,
    tactics: ['exact no'],
    because: /kernel refuses no:/,
  },
  {
    what: 'code that adds an axiom',
    header: WRONG_CODE,
    statement: FALSE,
    tactics: ['exact no2'],
    because: /rests on the axiom no2/,
  },
  {
    what: 'code that adds an axiom under a name like an allowed one',
    header: WRONG_CODE,
    statement: FALSE,
    tactics: ['exact propext.x'],
    because: /rests on the axiom propext\.x/,
  },
  {
    what: 'code that replaces a theorem of the library',
    header: forged('put (thm "Nat.add_comm" (c "False") (c "True.intro"))'),
    statement: FALSE,
    tactics: ['exact Nat.add_comm'],
  },
  {
    what: 'code that declares the theorem to be proved',
    header: forged('put (thmN T (c "False") (c "True.intro"))'),
    statement: FALSE,
    source: 'theorem t : True := trivial\n',
  },
  {
    what: 'code that gives the trusted definition no proof of its type',
    header: WRONG_CODE,
    statement: 'theorem t : five = five',
    tactics: ['rfl'],
    because: /kernel refuses five:/,
  },
  {
    what: 'an elaborator that gives another term',
    header: `${META}\nelab "one!" : term => return mkConst \`\`True.intro`,
    statement: FALSE,
    tactics: ['exact one!'],
  },
  {
    what: 'an elaborator for theorems',
    header: `${META}\nsyntax (name := lie) (priority := high) "theorem " "t" " : " "False" ":=" term : command\n@[command_elab lie] public meta def elabLie : CommandElab := fun _ => do elabCommand (← \`(theorem $(mkIdent \`t) : True := trivial))`,
    statement: FALSE,
    source: 'theorem t : False := trivial\n',
  },
  {
    what: 'an open namespace in which False is another',
    header: 'namespace Foo\ninductive False : Prop',
    statement: 'theorem t : _root_.False',
    source: 'namespace Foo\ninductive False : Prop\n  | it\ntheorem t : False := .it\n',
  },
].map((c) => ({ kind: HEADER, ...c }))

const STATEMENT = 'statement'
export const STATEMENTS: readonly FalseCase[] = [
  {
    what: 'a proof, and another theorem behind it',
    statement: 'theorem t : True := trivial\ntheorem u : False',
    source: 'theorem t : True := trivial\n',
  },
  {
    what: 'an axiom before it',
    statement: 'axiom no : False\ntheorem t : False',
    source: 'axiom no : False\ntheorem t : False := no\n',
  },
  { what: 'an axiom before it, by a script', statement: 'axiom no : False\ntheorem t : False', tactics: ['exact no'] },
  {
    what: 'an unclosed comment at its end',
    statement: 'theorem t : True /- ∧ False',
    source: 'theorem t : True := trivial\n',
  },
  {
    what: 'an unclosed comment in a comment',
    statement: 'theorem t : True /- ∧ /- False -/',
    source: 'theorem t : True := trivial\n',
  },
  { what: 'a line comment at its end', statement: 'theorem t : True -- ∧ False', tactics: ['trivial'] },
  { what: 'an unclosed string', statement: 'theorem t : "a" = "b', source: 'theorem t : "a" = "a" := rfl\n' },
  { what: 'an unclosed bracket', statement: 'theorem t : (True', source: 'theorem t : True := trivial\n' },
  {
    what: 'a where-clause',
    statement: 'theorem t : True where x := 1\ntheorem u : False',
    source: 'theorem t : True := trivial\n',
  },
  {
    what: 'another name than the one asked for',
    name: 'u',
    statement: 'theorem t : True',
    source: 'theorem u : False := by simp\ntheorem t : True := trivial\n',
  },
  { what: 'a definition', statement: 'def t : Prop', source: 'def t : Prop := True\n' },
  { what: 'an instance', statement: 'instance t : Inhabited Nat', source: 'instance t : Inhabited Nat := ⟨0⟩\n' },
  { what: 'a theorem that is data', statement: 'theorem t : Nat', source: 'def t : Nat := 0\n' },
  { what: 'a hole', statement: 'theorem t : 1 = _', source: 'theorem t : 1 = 1 := rfl\n' },
  {
    what: 'a sorry in the type',
    statement: 'theorem t : (sorry : Prop)',
    source: 'theorem t : (sorry : Prop) := sorry\n',
  },
  {
    what: 'a sorry in a type that a true proof fits',
    statement: 'theorem t : (fun _ : Prop => True) sorry',
    source: 'theorem t : (fun _ : Prop => True) sorry := trivial\n',
    because: /sorry/,
  },
  {
    what: 'code that is the type',
    header: META,
    statement: 'theorem t : (by_elab return mkConst ``False)',
    source: `${META}\ntheorem t : True := trivial\n`,
  },
  {
    what: 'code that is another type each time',
    header: `${META}\ninitialize count : IO.Ref Nat ← IO.mkRef 0`,
    statement:
      'theorem t : (by_elab do\n  if (← getEnv).contains `seen then return mkConst ``True else return mkConst ``False)',
    source: `${META}\ndef seen := 0\ntheorem t : (by_elab do\n  if (← getEnv).contains \`seen then return mkConst \`\`True else return mkConst \`\`False) := trivial\n`,
  },
  {
    what: 'code that adds what the proof needs',
    header: META,
    statement:
      'theorem t : (by_elab do\n  let d := Declaration.thmDecl { name := `no, levelParams := [], type := mkConst ``False, value := mkConst ``True.intro }\n  match (← getEnv).addDeclCore 0 d none (doCheck := false) with\n  | .ok env => setEnv env\n  | .error _ => pure ()\n  return mkConst ``False)',
    source: `${META}\ntheorem no : False := sorry\ntheorem t : False := no\n`,
  },
  {
    what: 'code that adds an axiom',
    header: META,
    statement:
      'theorem t : (by_elab do\n  addDecl (.axiomDecl { name := `no, levelParams := [], type := mkConst ``False, isUnsafe := false })\n  return mkConst ``False)',
    source: `${META}\naxiom no : False\ntheorem t : False := no\n`,
  },
  {
    what: 'code in a tactic block of the type',
    header: META,
    statement: 'theorem t : (by run_tac (do (← Tactic.getMainGoal).assign (mkConst ``False)) : Prop)',
    source: `${META}\ntheorem t : True := trivial\n`,
  },
  {
    what: 'code in a default argument',
    header: META,
    statement: 'theorem t (h : 1 = 1 := by run_tac (do (← Tactic.getMainGoal).assign (mkConst ``True.intro))) : False',
    source: `${META}\ntheorem t (h : 1 = 1) : 1 = 1 := h\n`,
  },
  {
    what: 'code in a binder of a variable of the header',
    header: `${META}\nvariable (x : (by_elab return mkConst \`\`False))`,
    statement: 'theorem t : x = x → False',
    source: `${META}\ntheorem t (x : False) : x = x → True := fun _ => trivial\n`,
  },
  {
    what: 'an autobound name that reads like a constant',
    statement: 'theorem t (h : prime = 3) : prime = 4',
    source: 'theorem t (h : prime = 3) (k : prime = 4) : prime = 4 := k\n',
  },
  { what: 'names with a NUL', statement: 'theorem t : 1 = 2\0', source: 'theorem t : 1 = 1 := rfl\n' },
  {
    what: 'a NUL before the false part',
    statement: 'theorem t : True\0 ∧ False',
    source: 'theorem t : True := trivial\n',
  },
  {
    what: 'a byte order mark at its head',
    statement: '\u{feff}theorem t : False',
    source: 'theorem t : True := trivial\n',
  },
  { what: 'nothing', statement: '', source: 'theorem t : False := trivial\n' },
].map((c) => ({ kind: STATEMENT, ...c }))
