/**
 * The program that judges a proof, run by `lean --run` in a process of its own. It imports Lean alone; the two compiled
 * files it reads as data (`loadExts := false`: no notation, macro, option or initialiser of theirs is active here). It
 * demands, in this order:
 *
 * 1. the submission declares the theorem under its name, as a theorem;
 * 2. its type is, up to `mdata`, that of the trusted file, and every constant that type rests on is the same in both;
 * 3. Lean's kernel accepts every declaration of the submission again, on the environment of its imports;
 * 4. the axioms that the theorem reaches, through types and values, are among the three allowed.
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
