import type { Elaborator } from './elaborator.ts'
import { isScalar, type Objects } from './objects.ts'
import type { Obj } from './wasm-module.ts'

const SYNTAX_NODE = 1

/** Commands that change how text is read, or declare what is stated; none of them runs what a file defines. */
const COMMANDS = new Set(
  kinds(
    'Lean.Parser.Command.',
    'open export notation mixfix set_option universe variable namespace section end moduleDoc include omit in declaration',
  ),
)

/**
 * What may stand below such a command: syntax whose elaboration is Lean's own code from beginning to end. Everything
 * else in Lean's namespace may run a program (`by_elab`, `run_tac`, `decide +native`, a configuration given as a term),
 * so what is missing here costs a new process, and nothing more.
 */
const PARTS = new Set([
  ...kinds(
    'Lean.Parser.Command.',
    `openSimple openOnly openHiding openRenaming openScoped declModifiers declId declSig declBody theorem example
     declValSimple private protected public docComment plainDocComment noncomputable optDeclSig identPrec namedName
     namedPrio prec mixfixKind infix infixl infixr prefix postfix optNamedPrio whereDecls definition abbrev instance
     structure structureTk classTk structFields structSimpleBinder structParent extends inductive ctor optDeriving
     derivingClass declValEqns declValWhere sectionHeader`,
  ),
  ...kinds(
    'Lean.Parser.Term.',
    `app paren typeAscription tuple anonymousCtor forall fun basicFun arrow depArrow explicitBinder implicitBinder
     strictImplicitBinder instBinder type sort prop hole syntheticHole let letDecl letIdDecl letPatDecl letId letConfig
     letOpts have haveDecl haveIdDecl haveId haveIdLhs havePatDecl show showRhs showFrom suffices match matchAlts
     matchAlt matchDiscr matchAltsWhereDecls funBinder fun_binder proj explicit explicitUniv namedArgument namedPattern
     binderDefault binderType cdot dollarProj subst pipeProj structInst structInstField structInstFields structInstFieldDef
     structInstLVal optEllipsis inaccessible letFun unop binop leftact rightact binrel binrel_no_prop binop_lazy
     uminus sorry typeSpec simpleBinder byTactic attrKind scoped local nomatch nofun quotedName doubleQuotedName
     dotIdent ident structInstFieldBinder trailing_parser ellipsis motive generalizingParam ensureTypeOf defaultOrOfNonempty
     hygienicLParen`,
  ),
  ...kinds('Lean.Parser.Level.', 'paren max imax hole num ident addLit'),
  ...kinds('Lean.Parser.Attr.', 'simp'),
  ...kinds('Lean.Parser.Term.', 'attributes attrInstance'),
  ...kinds(
    'Lean.Parser.Tactic.',
    `tacticSeq tacticSeq1Indented tacticSorry tactic_<;>_ paren first tacticTry_ tacticRepeat_ allGoals anyGoals case
     tacticNext_=>_ exact refine apply intro intros exists constructor left right assumption contradiction tacticTrivial
     tacticRfl tacticExfalso tacticHave__ tacticLet__ tacticShow_ tacticSuffices_ change specialize subst generalize
     injection split tacticBy_cases_ cases rcases obtain induction inductionAlts inductionAlt inductionAltLHS elimTarget
     rcasesPat.one rcasesPat.tuple rcasesPat.paren rcasesPat.clear rcasesPatMed rcasesPatLo renameI unfold rwSeq
     rwRuleSeq rwRule tacticRwa__ simp simpAll simpArgs simpLemma simpErase simpStar simpa simpaArgsRest location
     locationWildcard locationHyp optConfig omega decide grind tacticInfer_instance tacticNorm_cast_ congr`,
  ),
  ...kinds('Lean.', 'cdot cdotTk calcTactic calcSteps calcStep calcFirstStep calc'),
  ...kinds('Lean.Parser.Termination.', 'terminationBy decreasingBy'),
  ...kinds('Lean.Parser.Termination.', 'suffix'),
  ...kinds('Lean.', 'unbracketedExplicitBinders bracketedExplicitBinders explicitBinders binderIdent'),
  // Quantifiers over `x < n` and their like.
  ...kinds(
    'Lean.',
    'term∀__,_ term∃__,_ binderPred>_ binderPred≥_ binderPred<_ binderPred≤_ binderPred≠_ binderPred∈_',
  ),
  ...kinds('Lean.', 'binderPred∉_ binderPred⊆_ binderPred⊂_ binderPred⊇_ binderPred⊃_'),
])

function kinds(prefix: string, names: string): string[] {
  return names.split(/\s+/).map((name) => prefix + name)
}

/**
 * Whether elaborating a command runs Lean's own code alone, so that a process which has done it can be trusted with the
 * next text. Notations bring kinds of their own, outside Lean's namespace; what they stand for is written in a command
 * that has been looked at, for those that declare other syntax or macros are not among the commands above.
 */
export function isInert(lean: Objects, elaborator: Elaborator, command: Obj, kind: string): boolean {
  if (!COMMANDS.has(kind)) return false
  const pending = [...parts(lean, command)]
  for (let syntax = pending.pop(); syntax !== undefined; syntax = pending.pop()) {
    const inner = elaborator.kindOf(syntax)
    if (inner.startsWith('Lean.') && !PARTS.has(inner) && !COMMANDS.has(inner)) return false
    pending.push(...parts(lean, syntax))
  }
  return true
}

function parts(lean: Objects, syntax: Obj): Obj[] {
  if (isScalar(syntax) || lean.tag(syntax) !== SYNTAX_NODE) return []
  return lean.arrayItems(lean.field(syntax, 2))
}
