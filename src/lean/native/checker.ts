/**
 * The program that judges a proof, run by `lean --run` in a process of its own. It imports Lean alone; the two compiled
 * files it reads as data (`loadExts := false`: no notation, macro, option or initialiser of theirs is active here). It
 * demands, in this order:
 *
 * 1. the submission declares the theorem under its name, as a theorem;
 * 2. its type is, up to `mdata`, that of the trusted file, and every constant that type rests on is the same in both;
 * 3. none of the submission's declarations has what a kernel is known to have got wrong: a name that the kernel computes
 *    with, a variable that nothing binds, or, before Lean 4.34, an inductive type that is nested, has a computed sort, or
 *    hides a recursive field;
 * 4. Lean's kernel accepts every declaration of the submission again, on the environment of its imports;
 * 5. the axioms that the theorem reaches, through types and values, are among the three allowed, and it reaches nothing
 *    that the kernel runs compiled code for.
 *
 * The last line of its output is the verdict, behind a word that the submission cannot know.
 */
export const CHECKER = `import Lean
import Lean.Replay
open Lean

def stripped (e : Expr) : Expr :=
  e.replace fun
    | .mdata _ b => some (b.replace fun | .mdata _ c => some c | _ => none)
    | _ => none

def moduleOf (env : Environment) (n : Name) : Option Name :=
  (env.getModuleIdxFor? n).bind fun i => env.header.moduleNames[i.toNat]?

/-- The constants a declaration mentions. -/
def mentioned (info : ConstantInfo) : Array Name := Id.run do
  let mut names := info.type.getUsedConstants
  if let some value := info.value? (allowOpaque := true) then
    names := names ++ value.getUsedConstants
  match info with
  | .inductInfo v => names := names ++ v.ctors.toArray ++ v.all.toArray
  | .ctorInfo v => names := names.push v.induct
  | .recInfo v => names := names ++ v.all.toArray
  | .opaqueInfo v => names := names ++ v.value.getUsedConstants
  | _ => pure ()
  return names

/-- Whether a constant is the same in both environments. Module files are the same files for both. -/
def sameConstant (a b : ConstantInfo) : Bool :=
  a.levelParams == b.levelParams && stripped a.type == stripped b.type
    && a.isUnsafe == b.isUnsafe
    && (match a, b with
      | .axiomInfo _, .axiomInfo _ => true
      | .defnInfo x, .defnInfo y => stripped x.value == stripped y.value
      | .thmInfo _, .thmInfo _ => true
      | .opaqueInfo x, .opaqueInfo y => stripped x.value == stripped y.value
      | .quotInfo _, .quotInfo _ => true
      | .inductInfo x, .inductInfo y => x.ctors == y.ctors && x.numParams == y.numParams
      | .ctorInfo x, .ctorInfo y => x.induct == y.induct && x.cidx == y.cidx
      | .recInfo x, .recInfo y => x.all == y.all && x.rules.length == y.rules.length
      | _, _ => false)

/-- Names that the kernel computes with: the library's, or nobody's. -/
def kernelNames : List Name := [
  \`Nat, \`Nat.zero, \`Nat.succ, \`Nat.add, \`Nat.sub, \`Nat.mul, \`Nat.div, \`Nat.mod, \`Nat.gcd, \`Nat.beq, \`Nat.ble, \`Nat.land,
  \`Nat.lor, \`Nat.xor, \`Nat.shiftLeft, \`Nat.shiftRight, \`Nat.pow, \`Nat.log2, \`Bool, \`Bool.true, \`Bool.false, \`String,
  \`String.mk, \`String.ofList, \`Char, \`Char.ofNat, \`List, \`List.nil, \`List.cons, \`Eq, \`Eq.refl, \`Quot, \`Quot.mk,
  \`Quot.lift, \`Quot.ind, \`Lean.reduceBool, \`Lean.reduceNat, \`eagerReduce]

/-- What the kernel runs compiled code for. -/
def compiledNames : List Name := [\`Lean.reduceBool, \`Lean.reduceNat, \`Lean.ofReduceBool, \`Lean.ofReduceNat, \`Lean.trustCompiler]

def isOpen (e : Expr) : Bool := e.hasFVar || e.hasMVar || e.hasLooseBVars

partial def hasImax : Level → Bool
  | .succ l => hasImax l
  | .max a b => hasImax a || hasImax b
  | .imax _ _ => true
  | _ => false

def mentionsAny (names : List Name) (e : Expr) : Bool :=
  (e.find? fun | .const n _ => names.contains n | .proj n _ _ => names.contains n | _ => false).isSome

/-- A field that is recursive shows it without being reduced: \`(x : A) → T a\`, where neither A nor a mentions T. -/
partial def plainField (names : List Name) : Expr → Bool
  | .forallE _ d b _ => !mentionsAny names d && plainField names b
  | e => e.getAppFn.isConst && e.getAppArgs.all fun a => !mentionsAny names a

partial def plainConstructor (names : List Name) : Expr → Bool
  | .forallE _ d b _ => (!mentionsAny names d || plainField names d) && plainConstructor names b
  | e => plainField names e

/-- Why a declaration is not one to rely on, if so. -/
def doubt (old : Bool) (name : Name) (info : ConstantInfo) : Option String := Id.run do
  if kernelNames.contains name then return some s!"the source declares {name}, a name that the kernel computes with"
  if isOpen info.type then return some s!"the type of {name} is open"
  if let some value := info.value? (allowOpaque := true) then
    if isOpen value then return some s!"the body of {name} is open"
  if let .opaqueInfo v := info then
    if isOpen v.value then return some s!"the body of {name} is open"
  if !old then return none
  let why := s!"the proof rests on {name}, an inductive type on which the kernel of this Lean cannot be relied"
  match info with
  | .inductInfo v =>
    if v.numNested != 0 then return some s!"{why}: it is nested"
    let .sort l := v.type.getForallBody | return some s!"{why}: its sort is computed"
    if hasImax l then return some s!"{why}: its sort is an imax"
  | .ctorInfo v =>
    if !plainConstructor [v.induct] v.type then return some s!"{why}: it is not plainly recursive"
  | _ => pure ()
  return none

def fail (nonce reason : String) : IO UInt32 := do
  IO.println s!"{nonce} rejected {reason}"
  return 1

def load (module : Name) : IO Environment :=
  importModules #[{ module }] {} (loadExts := false)

partial def check (nonce : String) (trusted submitted : Environment) (subject : Name) : IO UInt32 := do
  let some expected := trusted.find? subject | fail nonce "the trusted file does not declare its theorem"
  let some found := submitted.find? subject | fail nonce s!"the source does not declare {subject}"
  let .thmInfo theorem' := found | fail nonce s!"{subject} is not a theorem"
  if moduleOf submitted subject != some \`HedgeSubmission then
    return ← fail nonce s!"{subject} is not declared in the source"
  if expected.levelParams != theorem'.levelParams || stripped expected.type != stripped theorem'.type then
    return ← fail nonce s!"{subject} has another statement"
  -- What the statement's words mean.
  let mut seen : NameSet := {}
  let mut pending := expected.type.getUsedConstants
  while !pending.isEmpty do
    let name := pending.back!
    pending := pending.pop
    if seen.contains name then continue
    seen := seen.insert name
    let some a := trusted.find? name | return ← fail nonce s!"{name} is missing from the trusted file"
    let some b := submitted.find? name | return ← fail nonce s!"{name} of the statement is missing from the source"
    let home := moduleOf trusted name
    if home != some \`HedgeTrusted && home == moduleOf submitted name then continue
    unless sameConstant a b do
      return ← fail nonce s!"{name} of the statement means another thing in the source"
    pending := pending ++ mentioned a
  -- The kernel, again, without the elaborator.
  let some index := submitted.getModuleIdx? \`HedgeSubmission | return ← fail nonce "the source is no module"
  let some data := submitted.header.moduleData[index.toNat]? | return ← fail nonce "the source has no data"
  let mut declared : Std.HashMap Name ConstantInfo := {}
  for name in data.constNames, info in data.constants do
    if info.isUnsafe || info.isPartial then continue
    if let some reason := doubt (Lean.version.minor < 34) name info then return ← fail nonce reason
    declared := declared.insert name info
  let base ← importModules data.imports {} (loadExts := false)
  let replayed ← base.replay declared
  -- What it rests on.
  let mut reached : NameSet := {}
  let mut axioms : Array Name := #[]
  let mut next := #[subject]
  while !next.isEmpty do
    let name := next.back!
    next := next.pop
    if reached.contains name then continue
    reached := reached.insert name
    let some info := replayed.find? name | return ← fail nonce s!"the kernel has no {name}"
    if info.isUnsafe || info.isPartial then return ← fail nonce s!"the proof rests on {name}, which is not safe"
    if compiledNames.contains name then return ← fail nonce s!"the proof rests on {name}, on compiled code"
    if info matches .axiomInfo _ then axioms := axioms.push name
    next := next ++ mentioned info
  for name in axioms do
    unless [\`\`propext, \`\`Quot.sound, \`\`Classical.choice].contains name do
      return ← fail nonce s!"the proof uses the axiom {name}"
  IO.println s!"{nonce} verified {axioms.toList}"
  return 0

def main (args : List String) : IO UInt32 := do
  let [nonce, trustedDirectory, submittedDirectory, subject] := args | return 2
  initSearchPath (← findSysroot)
  -- Behind the libraries: no file that the source's run has left there stands for one of theirs.
  searchPathRef.modify fun path => path ++ [System.FilePath.mk trustedDirectory, System.FilePath.mk submittedDirectory]
  try
    let trusted ← load \`HedgeTrusted
    let submitted ← load \`HedgeSubmission
    check nonce trusted submitted subject.toName
  catch error =>
    fail nonce s!"the kernel or Lean refuses: {error}"
`
