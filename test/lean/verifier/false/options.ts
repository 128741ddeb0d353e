import type { FalseCase } from '../cases.ts'

const kind = 'options and attributes'
const ONE_TWO = 'theorem t : 1 = 2'

/** Files that make Lean look the other way while it elaborates them. */
export const OPTIONS: readonly FalseCase[] = [
  {
    what: 'the kernel skipped for the file',
    source: 'set_option debug.skipKernelTC true\ntheorem t : 1 = 2 := by decide +kernel\n',
  },
  {
    what: 'the kernel skipped for the theorem',
    source: 'set_option debug.skipKernelTC true in\ntheorem t : 1 = 2 := by decide +kernel\n',
  },
  {
    what: 'the kernel skipped for a helper',
    source:
      'set_option debug.skipKernelTC true in\ntheorem helper : 1 = 2 := by decide +kernel\ntheorem t : 1 = 2 := helper\n',
  },
  {
    what: 'the kernel skipped by an option in «»',
    source: 'set_option debug.«skipKernelTC» true in\ntheorem t : 1 = 2 := by decide +kernel\n',
  },
  {
    what: 'the kernel skipped by a macro',
    source:
      'macro "quick" t:tactic : tactic => do\n  let o := Lean.mkIdent (.str (.str .anonymous "debug") "skipKernelTC")\n  `(tactic| set_option $o true in $t)\ntheorem t : 1 = 2 := by quick decide +kernel\n',
  },
  {
    what: 'the kernel skipped by a macro for commands',
    source:
      'macro "quick" t:command : command => do\n  let o := Lean.mkIdent (.str (.str .anonymous "debug") ("skip" ++ "KernelTC"))\n  `(command| set_option $o true in $t)\nquick theorem t : 1 = 2 := by decide +kernel\n',
  },
  {
    what: 'the kernel skipped by code',
    source:
      'import Lean\nopen Lean Elab Command\nsyntax (name := quick) "quick" command : command\n@[command_elab quick] public meta def elabQuick : CommandElab := fun s =>\n  withScope (fun scope => { scope with opts := scope.opts.set (.str (.mkSimple "debug") "skipKernelTC") true }) (elabCommand s[1])\nquick theorem t : 1 = 2 := by decide +kernel\n',
  },
  { what: 'proofs replaced by sorry', source: 'set_option debug.proofAsSorry true\ntheorem t : 1 = 2 := by omega\n' },
  {
    what: 'proofs replaced by sorry for one theorem',
    source: 'set_option debug.proofAsSorry true in\ntheorem t : 1 = 2 := by omega\n',
  },
  {
    what: 'a warning that is silenced',
    source: 'set_option warn.sorry false\ntheorem t : 1 = 2 := sorry\n',
    because: /sorry/,
  },
  {
    what: 'all messages that are silenced',
    source:
      'set_option warn.sorry false\nset_option linter.all false\n#guard_msgs (drop all) in\ntheorem t : 1 = 2 := sorry\n',
  },
  { what: 'errors that are expected', source: '#guard_msgs (drop error) in\ntheorem t : 1 = 2 := rfl\n' },
  { what: 'an error that must fail', source: 'fail_if_success theorem t : 1 = 2 := rfl\n' },
  { what: 'an axiom', source: 'axiom no : 1 = 2\ntheorem t : 1 = 2 := no\n', because: /axiom|no/ },
  { what: 'a private axiom', source: 'private axiom no : 1 = 2\ntheorem t : 1 = 2 := no\n' },
  {
    what: 'a protected axiom of an allowed name in a namespace',
    source: 'namespace Foo\nprotected axiom propext : 1 = 2\nend Foo\ntheorem t : 1 = 2 := Foo.propext\n',
  },
  {
    what: 'an axiom with an allowed name behind a dot',
    source: 'axiom «x.propext» : 1 = 2\ntheorem t : 1 = 2 := «x.propext»\n',
  },
  {
    what: 'an axiom under the name of an allowed one with a number',
    source: 'axiom Classical.choice' + "'" + ' : 1 = 2\ntheorem t : 1 = 2 := Classical.choice' + "'" + '\n',
  },
  { what: 'an axiom that simp uses', source: '@[simp] axiom no : 1 = 2 ↔ True\ntheorem t : 1 = 2 := by simp\n' },
  {
    what: 'an axiom that decide uses',
    source:
      'axiom no : Decidable (1 = 2)\nattribute [instance] no\naxiom yes : no = .isTrue sorry\ntheorem t : 1 = 2 := by\n  have h := yes\n  cases h2 : no with\n  | isTrue h => exact h\n  | isFalse h => simp_all\n',
  },
  {
    what: 'an axiom for a class',
    source: 'class Lie where\n  no : 1 = 2\naxiom lie : Lie\nattribute [instance] lie\ntheorem t : 1 = 2 := Lie.no\n',
  },
  {
    what: 'an axiom for an opaque constant',
    source: 'opaque x : Nat\naxiom one : x = 1\naxiom two : x = 2\ntheorem t : 1 = 2 := one.symm.trans two\n',
  },
  { what: 'an unsafe theorem', source: 'unsafe def no : 1 = 2 := no\ntheorem t : 1 = 2 := no\n' },
  {
    what: 'an unsafe inductive type',
    source:
      'unsafe inductive Bad where\n  | mk (f : Bad → Empty)\nunsafe def no (b : Bad) : Empty := match b with | .mk f => f b\ntheorem t : 1 = 2 := (no (.mk no)).elim\n',
  },
  {
    what: 'a type that holds itself negatively',
    source:
      'inductive Bad where\n  | mk (f : Bad → Empty)\ndef no (b : Bad) : Empty := match b with | .mk f => f b\ntheorem t : 1 = 2 := (no (.mk no)).elim\n',
  },
  {
    what: 'a type that is too small for its fields',
    source: 'inductive Bad : Type where\n  | mk (a : Type)\ntheorem t : 1 = 2 := sorry\n',
  },
  {
    what: 'a partial function that proves',
    source: 'partial def no (n : Nat) : 1 = 2 := no n\ntheorem t : 1 = 2 := no 0\n',
  },
  {
    what: 'a partial function into a type with a wrong instance',
    source:
      'instance : Nonempty (1 = 2) := ⟨sorry⟩\npartial def no (n : Nat) : PLift (1 = 2) := no n\ntheorem t : 1 = 2 := (no 0).down\n',
  },
  {
    what: 'recursion whose decrease is admitted',
    source:
      'theorem no (n : Nat) : n = n + 1 := absurd (no (n + 1)) (by omega)\ntermination_by n\ndecreasing_by all_goals sorry\ntheorem t : 1 = 2 := no 1\n',
    because: /sorry/,
  },
  {
    what: 'mutual recursion whose decrease is admitted',
    source:
      'mutual\ntheorem one (n : Nat) : n = n + 1 := two (n + 1)\ntermination_by n\ndecreasing_by all_goals sorry\ntheorem two (n : Nat) : n - 1 = n - 1 + 1 := one (n - 1)\ntermination_by n\ndecreasing_by all_goals sorry\nend\ntheorem t : 1 = 2 := one 1\n',
  },
  {
    what: 'recursion over an order that is not well founded',
    source:
      'instance (priority := 5000) : WellFoundedRelation Nat := ⟨(· > ·), sorry⟩\ntheorem no (n : Nat) : n = n + 1 := absurd (no (n + 1)) (by omega)\ntermination_by n\ntheorem t : 1 = 2 := no 1\n',
  },
  {
    what: 'a theorem deferred to later',
    source: 'theorem t : 1 = 2 := by exact later\ntheorem later : 1 = 2 := sorry\n',
  },
  { what: 'a helper that failed', source: 'theorem helper : 1 = 2 := by simp\ntheorem t : 1 = 2 := helper\n' },
  {
    what: 'a helper that failed and is a definition',
    source: 'def helper : 1 = 2 := by decide\ntheorem t : 1 = 2 := helper\n',
  },
  {
    what: 'a tactic of the file that admits',
    source: 'macro "magic" : tactic => `(tactic| sorry)\ntheorem t : 1 = 2 := by magic\n',
    because: /sorry/,
  },
  {
    what: 'a tactic of the file instead of decide',
    source: 'macro_rules | `(tactic| decide) => `(tactic| sorry)\ntheorem t : 1 = 2 := by decide\n',
  },
  {
    what: 'a macro that hides an axiom',
    source: 'macro "nothing" : command => `(axiom $(Lean.mkIdent `no) : 1 = 2)\nnothing\ntheorem t : 1 = 2 := no\n',
  },
].map((c) => ({ kind, statement: ONE_TWO, ...c }))
