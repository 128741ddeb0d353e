/**
 * A file whose code puts declarations into the environment that no kernel has seen. `body` is Lean in `CommandElabM`,
 * with `c "Nat.succ"` for constants, `fn "Nat.add" [a, b]` for applications, and `put` for a declaration.
 */
export const forged = (body: string, before = ''): string => `import Lean
open Lean Elab Command
${before}
public meta def c (s : String) (ls : List Level := []) : Expr := mkConst s.toName ls
public meta def fn (s : String) (as : List Expr) (ls : List Level := []) : Expr := mkAppN (c s ls) as.toArray
public meta def nat (n : Nat) : Expr := .lit (.natVal n)
public meta def eqn (a b : Expr) : Expr := fn "Eq" [c "Nat", a, b] [levelOne]
public meta def lam (type body : Expr) : Expr := .lam (.mkSimple "x") type body .default
public meta def pi (type body : Expr) : Expr := .forallE (.mkSimple "x") type body .default
public meta def T : Name := .str (.num (.mkSimple "_private") 0) "t"
public meta def thmN (name : Name) (type value : Expr) (ls : List Name := []) : Declaration :=
  .thmDecl { name, levelParams := ls, type, value }
public meta def thm (name : String) (type value : Expr) (ls : List Name := []) : Declaration := thmN name.toName type value ls
public meta def defn (name : String) (type value : Expr) (ls : List Name := []) : Declaration :=
  .defnDecl { name := name.toName, levelParams := ls, type, value, hints := .abbrev, safety := .safe }
public meta def put (d : Declaration) : CommandElabM Unit :=
  modify fun s => match s.env.addDeclCore 0 d none (doCheck := false) with
    | .ok env => { s with env }
    | .error _ => s
syntax (name := forgery) "forge" : command
@[command_elab forgery] public meta unsafe def elabForgery : CommandElab := fun _ => do
${body
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
forge
`
