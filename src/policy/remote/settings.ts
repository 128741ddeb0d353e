import { readFamily, TemplateError } from './model-family.ts'
import { readTemplate, type Template } from './template.ts'

/** A model on a server, and how it is asked. */
export type RemoteSettings = {
  /** Up to and with `/v1`, without a slash at the end. */
  readonly baseUrl: string
  readonly model: string
  readonly template: Template
  readonly temperature: number
  readonly topP: number
  /** Whether the server is told to leave out what a model's `generation_config.json` adds: top_k, penalties. */
  readonly neutral: boolean
  /** A tactic ends where one of them begins; a model's own end of sequence ends it too. */
  readonly stop: readonly string[]
  /** Longer tactics are cut by the server, and then are none. */
  readonly maxTokens: number
  /** Whether the server is asked for log-probabilities. */
  readonly logProbs: boolean
  /** Whether the server is asked to stream. What it does in fact makes no difference. */
  readonly stream: boolean
  /** Most draws of one prompt in one request. 1 gives every draw a seed of its own. */
  readonly samplesPerRequest: number
  /** Most prompts in one request; not every server takes more than one. */
  readonly promptsPerRequest: number
  /** Requests under way at one server, of all members together. */
  readonly concurrency: number
  /** Milliseconds for one request from its start to its last byte. */
  readonly timeoutMs: number
  /** How often a request that failed is made again. */
  readonly retries: number
  /** Price of a million tokens. */
  readonly promptPrice: number
  readonly completionPrice: number
  /** The environment variable that holds the key; undefined for the usual ones, see `keyFor`. */
  readonly keyVariable: string | undefined
  /** Of rankings. Draws are seeded by whoever asks for them. */
  readonly seed: number
}

/** What the user wrote is not a model on a server; the message is one sentence. */
export class RemoteSettingsError extends Error {
  override readonly name = 'RemoteSettingsError'
}

export const REMOTE_KEYS =
  'template, stop, maxtokens, topp, neutral, logprobs, stream, n, prompts, concurrency, timeout, retries, inprice, outprice, keyenv'

export function isRemote(policy: string): boolean {
  return /^https?:\/\//i.test(policy)
}

type Values = Readonly<Record<string, string | number | boolean>>

/**
 * Reads `http://host:8000/v1#model` and its settings; where the address has no path, `/v1` is meant.
 * @throws RemoteSettingsError
 */
export async function readRemoteSettings(
  policy: string,
  choice: {
    readonly temperature: number
    readonly seed: number
    readonly settings: Values
    /** Steps, if left out. */
    readonly writes?: 'steps' | 'proofs'
  },
): Promise<RemoteSettings> {
  const { baseUrl, model } = readAddress(policy)
  const { writes = 'steps' } = choice
  const name = String(choice.settings.template ?? (writes === 'proofs' ? 'whole' : 'step'))
  const { family, template } = readNamed(name)
  if (template.writes !== writes)
    throw new RemoteSettingsError(
      `template \`${name}\` asks for ${template.writes === 'proofs' ? 'whole proofs: kind=whole' : 'steps, not for whole proofs'}`,
    )
  const { template: _, ...given } = choice.settings
  const left = new Map(Object.entries({ ...family.settings, ...given }))
  const take = <T>(
    key: string,
    fallback: T,
    read: (value: string | number | boolean) => T | undefined,
    wanted: string,
  ) => {
    const value = left.get(key)
    left.delete(key)
    if (value === undefined) return fallback
    const found = read(value)
    if (found === undefined) throw new RemoteSettingsError(`${key} must be ${wanted}, not \`${value}\``)
    return found
  }
  const atLeast = (least: number, whole: boolean) => (value: unknown) =>
    typeof value === 'number' && value >= least && (!whole || Number.isSafeInteger(value)) ? value : undefined
  const count = (key: string, fallback: number, least = 1) =>
    take(key, fallback, atLeast(least, true), `a whole number of at least ${least}`)
  const price = (key: string) => take(key, 0, atLeast(0, false), 'the price of a million tokens')
  const flag = (key: string, fallback: boolean) =>
    take(key, fallback, (value) => (typeof value === 'boolean' ? value : undefined), 'true or false')

  const settings: RemoteSettings = {
    baseUrl,
    model,
    template,
    temperature: choice.temperature,
    seed: choice.seed,
    topP: take('topp', 1, (x) => (typeof x === 'number' && x > 0 && x <= 1 ? x : undefined), 'above 0 and at most 1'),
    neutral: flag('neutral', false),
    stop: take('stop', [], (value) => readStops(String(value)), 'texts between | signs, none of them empty'),
    maxTokens: count('maxtokens', 256),
    logProbs: flag('logprobs', template.writes === 'steps'),
    stream: flag('stream', false),
    samplesPerRequest: count('n', 32),
    promptsPerRequest: count('prompts', 1),
    concurrency: count('concurrency', 64),
    timeoutMs: 1000 * take('timeout', 120, (x) => (typeof x === 'number' && x > 0 ? x : undefined), 'seconds above 0'),
    retries: count('retries', 6, 0),
    promptPrice: price('inprice'),
    completionPrice: price('outprice'),
    keyVariable: take('keyenv', undefined as string | undefined, readVariable, 'the name of an environment variable'),
  }
  const [unknown] = left.keys()
  if (unknown !== undefined)
    throw new RemoteSettingsError(`a model on a server has no setting \`${unknown}\`; it has ${REMOTE_KEYS}`)
  if (settings.template.kind === 'chat' && settings.promptsPerRequest > 1)
    throw new RemoteSettingsError('prompts must be 1 for a chat template: a conversation takes a request of its own')
  return settings
}

function readNamed(name: string) {
  try {
    const family = readFamily(name)
    return { family, template: readTemplate(name, family) }
  } catch (error) {
    throw error instanceof TemplateError ? new RemoteSettingsError(error.message, { cause: error }) : error
  }
}

/**
 * The key for a server: what `keyVariable` names; else HEDGE_API_KEY; else, for OpenAI's own servers alone,
 * OPENAI_API_KEY, which many have set for other programs and which no other server must be sent.
 * @throws RemoteSettingsError where a named variable is not set
 */
export function keyFor(
  { baseUrl, keyVariable }: Pick<RemoteSettings, 'baseUrl' | 'keyVariable'>,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (keyVariable !== undefined) {
    const key = environment[keyVariable]?.trim()
    if (!key) throw new RemoteSettingsError(`the environment has no ${keyVariable}, which should hold the server's key`)
    return key
  }
  const { hostname, protocol } = new URL(baseUrl)
  const openAi = protocol === 'https:' && (hostname === 'openai.com' || hostname.endsWith('.openai.com'))
  return environment.HEDGE_API_KEY?.trim() || (openAi ? environment.OPENAI_API_KEY?.trim() : undefined) || undefined
}

function readAddress(policy: string): { baseUrl: string; model: string } {
  const hash = policy.indexOf('#')
  const address = hash < 0 ? policy : policy.slice(0, hash)
  const model = hash < 0 ? '' : policy.slice(hash + 1)
  const example = '`http://localhost:8000/v1#MODEL`'
  if (!URL.canParse(address)) throw new RemoteSettingsError(`\`${address}\` is not an address such as ${example}`)
  const url = new URL(address)
  // Not repeated: it would stand in results and logs, as the address does.
  if (url.username !== '' || url.password !== '' || url.search !== '')
    throw new RemoteSettingsError('an address must not hold a password or a query: keys are read from HEDGE_API_KEY')
  if (model === '') throw new RemoteSettingsError(`\`${address}\` names no model: write it as ${example}`)
  const path = url.pathname.replace(/\/+$/, '')
  return { baseUrl: `${url.origin}${path === '' ? '/v1' : path}`, model }
}

/** `\n`, `\t`, `\|` and `\\` as in most languages; commas cannot stand in a member's text. */
function readStops(text: string): string[] | undefined {
  const stops: string[] = ['']
  for (const [part] of text.matchAll(/\\.|[^\\]|\\$/gsu)) {
    if (part === '|') stops.push('')
    else stops[stops.length - 1] += plain(part)
  }
  return stops.some((stop) => stop === '') ? undefined : stops
}

function plain(part: string): string {
  if (part === '\\n') return '\n'
  if (part === '\\t') return '\t'
  return part.length > 1 && part.startsWith('\\') ? part.slice(1) : part
}

function readVariable(value: string | number | boolean): string | undefined {
  return typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value) ? value : undefined
}
