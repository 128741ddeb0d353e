/** What Node's `--cpu-prof` writes, as far as it is read here. Times are in microseconds. */
export type CpuProfile = {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export type Place = { readonly what: string; readonly ms: number }

/** What a frame below which time is spent stands for, by the name of its function in the host or in Lean. */
const PURPOSES: readonly { readonly what: string; readonly is: RegExp }[] = [
  { what: 'a tactic is run (`runTactic`)', is: /^runTactic$/ },
  { what: 'its text is parsed', is: /^parse$/ },
  { what: 'a finished proof: assembled, and looked at by the kernel', is: /^finish$/ },
  { what: 'the text of an error', is: /^exceptionText$/ },
  { what: 'what a new state is (`describe`)', is: /^describe$/ },
  { what: 'of it: goals printed', is: /^renderGoal$/ },
  { what: 'of it: the fingerprint', is: /^goal$/ },
  { what: 'results encoded and sent', is: /^sendNotification$/ },
  { what: 'Lean: `simp`', is: /^l_Lean_Meta_(Simp_main|simp)/ },
  { what: 'Lean: simp sets made', is: /^l_Lean_Elab_Tactic_mkSimpContext|^l_Lean_Meta_getSimpTheorems/ },
  { what: 'Lean: `grind`', is: /^l_Lean_Meta_Grind_(main|solve)|^l_Lean_Elab_Tactic_(grind|evalGrind)/ },
  { what: 'Lean: `omega`', is: /^l_Lean_Elab_Tactic_Omega_omega/ },
  { what: 'Lean: instances looked for', is: /^l_Lean_Meta_synthInstance/ },
  { what: 'Lean: unification', is: /^l_Lean_Meta_isExprDefEqAuxImpl|^lean_is_expr_def_eq|^l_Lean_Meta_isDefEq/ },
  { what: 'Lean: weak head normal forms', is: /^lean_whnf$|^l_Lean_Meta_whnf/ },
  { what: 'Lean: terms elaborated', is: /^l_Lean_Elab_Term_elabTerm/ },
  { what: 'Lean: discrimination trees', is: /^l_Lean_Meta_(Lazy)?DiscrTree_/ },
  { what: 'Lean: metavariables filled in', is: /instantiateMVars|instantiate_mvars/i },
]

/**
 * How a profile's last `ms` of work are spent: where the processor was, and below which functions. Functions of the module are
 * called by their number there; `names` has their names.
 */
export function shares(profile: CpuProfile, names: ReadonlyMap<number, string>, ms: number) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const purposes = new Map<number, ReadonlySet<string>>()
  const visit = (id: number, above: ReadonlySet<string>): void => {
    const node = nodes.get(id)
    if (node === undefined) return
    const { functionName } = node.callFrame
    const number = /^wasm-function\[(\d+)\]$/.exec(functionName)?.[1]
    const name = number === undefined ? functionName : (names.get(Number(number)) ?? '')
    const found = PURPOSES.filter(({ is }) => is.test(name)).map(({ what }) => what)
    const here = found.every((what) => above.has(what)) ? above : new Set([...above, ...found])
    purposes.set(id, here)
    for (const child of node.children ?? []) visit(child, here)
  }
  const children = new Set(profile.nodes.flatMap((node) => node.children ?? []))
  for (const { id } of profile.nodes) if (!children.has(id)) visit(id, new Set())

  const self = new Map<string, number>()
  const under = new Map(PURPOSES.map(({ what }) => [what, 0]))
  let [total, left] = [0, ms * 1000]
  for (let i = profile.samples.length - 1; i >= 0 && left > 0; i--) {
    const node = nodes.get(profile.samples[i] as number)
    const spent = (profile.timeDeltas[i] ?? 0) / 1000
    left -= spent * 1000
    const kind = node && kindOf(node.callFrame)
    if (node === undefined || kind === undefined) continue
    total += spent
    self.set(kind, (self.get(kind) ?? 0) + spent)
    for (const what of purposes.get(node.id) ?? []) under.set(what, (under.get(what) ?? 0) + spent)
  }
  const rows = (map: ReadonlyMap<string, number>): Place[] => [...map].map(([what, ms]) => ({ what, ms }))
  return { total, self: rows(self).sort((a, b) => b.ms - a.ms), under: rows(under).filter((row) => row.ms > 0) }
}

/** Where a frame is; nothing where the processor had nothing to do. */
function kindOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string | undefined {
  if (functionName === '(idle)') return undefined
  if (functionName === '(garbage collector)') return "JavaScript's garbage collector"
  if (functionName === '(program)') return 'Node and V8 themselves, the profiler among it'
  if (url.startsWith('wasm:') || functionName.startsWith('wasm-function')) return 'Lean (wasm)'
  if (/^(js-to-wasm|wasm-to-js)/.test(functionName)) return 'the way between wasm and JavaScript'
  if (functionName.startsWith('invoke_')) return 'C++ calls that may throw (`invoke_*`)'
  if (url.includes('lean.cjs')) return 'the rest of the loader'
  const file = /\/host\/([\w-]+)\.[jt]s/.exec(url)?.[1]
  if (file !== undefined) return `\`host/${file}\``
  if (url.includes('vscode-jsonrpc')) return 'messages (vscode-jsonrpc)'
  if (url.includes('zod')) return 'messages (zod)'
  return url.startsWith('node:') || url === '' ? "Node's own JavaScript and builtins" : 'other JavaScript'
}
