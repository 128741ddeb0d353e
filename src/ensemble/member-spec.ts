import { presetOf } from '../policy/remote/model-family.ts'
import { isRemote } from '../policy/remote/settings.ts'
import { defaultSettings, STRATEGY_NAMES, strategyOf } from '../search/strategies.ts'
import type { MemberConfig, MemberSearch } from './member.ts'

export type ParsedMember =
  | { readonly kind: 'member'; readonly config: MemberConfig }
  | { readonly kind: 'problem'; readonly problem: string }

export const MEMBER_SYNTAX = `POLICY[@TEMPERATURE][,KEY=VALUE...]
  POLICY       neff-1, neff-4, neff-8, neff-16, neff-32 (shipped), baseline (needs no training), one-shot (only
               closers such as omega and simp), the directory of a trained policy, a language model in a .gguf file
               (with node-llama-cpp), or a model on a server, http://HOST:PORT/v1#MODEL
  TEMPERATURE  of sampling; 1 if left out, 0 (not for baseline) always takes the likeliest
  kind         whole: a model on a server that writes whole proofs; repair (2) is how often it may correct one
  search       rollouts (default) or best-first; width, alpha, widenings, batch, wave, first, expansions are best-first's own
  split        true: goals that share no metavariable are solved one by one, in either search; false if left out
  seed         a number; tells members apart that differ in nothing else
  neff         the confidence limit, for reports; a trained policy knows its own
  name         how reports call the member; the text itself if left out
Settings of baseline and of log-linear policies (the shipped ones): topk, premises. Of transformers: topp, engine, threads.
Of a model on a server: template (a family: step, bfs-prover, chat, whole, deepseek-prover-v2,
goedel-prover-v2, kimina; or a file with {state}, or {theorem}, in it; .json for chat messages), stop (texts between |, \\n
for a line break), maxtokens, topp, neutral (no top_k and no penalties), logprobs, stream, n and prompts (most draws and prompts in a request),
concurrency, timeout (seconds), retries, inprice and outprice (of a million tokens), keyenv (the environment variable with
the key; HEDGE_API_KEY if left out). Of a .gguf file: template, stop, maxtokens, topp, n, threads, sequences.
Examples: neff-8  neff-8@0.5  baseline@2,seed=1  baseline,search=best-first,width=8  models/n8
  http://localhost:8000/v1#prover-n8@0.7,neff=8,stop=\\n
  http://localhost:8000/v1#kimina,kind=whole,template=kimina,repair=2`

/** What a member is where its text does not say. */
export type MemberDefaults = Pick<MemberConfig, 'temperature' | 'search' | 'settings'>
const WHOLE: MemberSearch = { kind: 'whole', settings: defaultSettings('whole') }
const DEFAULTS: MemberDefaults = { temperature: 1, search: { kind: 'rollouts', settings: {} }, settings: {} }

/** A best-first search in the settings measured best, but for its width, and with no end of its own. */
export function bestFirst(width: number): MemberSearch {
  const settings = { ...defaultSettings('best-first'), width, expansions: Number.MAX_SAFE_INTEGER }
  return { kind: 'best-first', settings }
}

/** Reads one member of an ensemble as it is written on the command line. */
export function parseMember(text: string, defaults: MemberDefaults = DEFAULTS): ParsedMember {
  if (holdsSecret(text))
    // Not repeated, for it may be a real one.
    return {
      kind: 'problem',
      problem: 'keys and passwords are read from the environment (HEDGE_API_KEY), not from a member',
    }
  const problem = (what: string): ParsedMember => ({ kind: 'problem', problem: `member \`${text}\`: ${what}` })
  const [head = '', ...rest] = text.split(',').map((part) => part.trim())
  // Names of models may have the sign in them; a temperature is a number.
  const at = /^https?:/.test(head) ? head.search(/@[\d.]+$/) : head.lastIndexOf('@')
  const policy = at < 0 ? head : head.slice(0, at)
  if (policy === '') return problem('the policy is missing')
  const values = new Map<string, string>()
  for (const part of rest) {
    const equals = part.indexOf('=')
    if (equals < 1) return problem(`\`${part}\` is not KEY=VALUE`)
    const key = part.slice(0, equals)
    if (values.has(key)) return problem(`${key} is given twice`)
    values.set(key, part.slice(equals + 1))
  }
  const template = values.get('template')
  const preset = isRemote(policy) && template !== undefined ? presetOf(template) : { whole: false }
  const temperature = at < 0 ? (preset.temperature ?? defaults.temperature) : Number(head.slice(at + 1))
  if (!(temperature >= 0))
    return problem(`the temperature must be a number of at least 0, not \`${head.slice(at + 1)}\``)
  const take = (key: string): string | undefined => {
    const value = values.get(key)
    values.delete(key)
    return value
  }
  const name = take('name') ?? text.replace(/\s/g, '')
  const seed = Number(take('seed') ?? 0)
  const nEff = take('neff')
  if (!Number.isInteger(seed)) return problem('seed must be a whole number')
  if (nEff !== undefined && !(Number(nEff) >= 1)) return problem('neff must be a number of at least 1')
  const search = parseSearch(take, preset.whole ? WHOLE : defaults.search)
  if (typeof search === 'string') return problem(search)
  return {
    kind: 'member',
    config: {
      name,
      policy,
      temperature,
      nEff: nEff === undefined ? null : Number(nEff),
      checkpointHash: null,
      seed,
      search,
      settings: {
        ...defaults.settings,
        ...Object.fromEntries([...values].map(([key, value]) => [key, settingValue(value)])),
      },
    },
  }
}

/** Reads an ensemble. Names must differ: they are what reports and random streams go by. */
export function parseMembers(
  texts: readonly string[],
  defaults: MemberDefaults = DEFAULTS,
): MemberConfig[] | { readonly problem: string } {
  const members: MemberConfig[] = []
  for (const text of texts) {
    const parsed = parseMember(text, defaults)
    if (parsed.kind === 'problem') return { problem: parsed.problem }
    const { config } = parsed
    if (members.some((member) => member.name === config.name))
      return { problem: `two members are called \`${config.name}\`: give one of them a seed or a name` }
    members.push(config)
  }
  return members.length === 0 ? { problem: 'an ensemble needs at least one member' } : members
}

/** Members stand in results and messages, so no key may stand in them. */
function holdsSecret(text: string): boolean {
  const keyenv = /,\s*keyenv=([^,]*)/i.exec(text)?.[1]
  return (
    /^\s*https?:\/\/[^/?#,]*@/i.test(text) ||
    /^\s*https?:[^#,]*\?/i.test(text) ||
    /,\s*[^=,]*(?:key|token|secret|password)=/i.test(text) ||
    (keyenv !== undefined && !/^\s*[A-Za-z_]\w*\s*$/.test(keyenv))
  )
}

function parseSearch(take: (key: string) => string | undefined, preset: MemberSearch): MemberSearch | string {
  const kindOf = take('kind')
  if (kindOf !== undefined && kindOf !== 'step' && kindOf !== 'whole')
    return `kind must be step or whole, not \`${kindOf}\``
  const text = take('search') ?? (kindOf === 'whole' ? 'whole' : preset.kind)
  const kind = STRATEGY_NAMES.find((name) => name === text)
  if (kind === undefined)
    return `search must be ${STRATEGY_NAMES.slice(0, -1).join(', ')} or ${STRATEGY_NAMES.at(-1)}, not \`${text}\``
  const settings: Record<string, number> = { ...(kind === preset.kind ? preset.settings : defaultSettings(kind)) }
  for (const [key, { least, most = Number.POSITIVE_INFINITY }] of Object.entries(strategyOf(kind).settings)) {
    const text = take(key)
    if (text === undefined && settings[key] === undefined) continue
    const value = Number(text === undefined ? settings[key] : settingValue(text))
    if (!(value >= least && value <= most)) return `${key} is out of range`
    settings[key] = value
  }
  return { kind, settings }
}

function settingValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}
