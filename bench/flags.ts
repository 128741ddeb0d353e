import { basename } from 'node:path'
import { type ParseArgsConfig, parseArgs } from 'node:util'

/**
 * The flags of a benchmark. `--help` prints `what` it does and the flags that this does not name, with their defaults; a flag that it does not know, or no number where the default is one,
 * is one sentence and exit code 2.
 */
export function flagsOf<const T extends ParseArgsConfig>(what: string, config: T): ReturnType<typeof parseArgs<T>> {
  const options = config.options ?? {}
  const known = Object.entries(options).filter(([name]) => name !== 'help')
  const usage = known
    .filter(([name]) => !what.includes(`--${name}`))
    .map(
      ([name, { type, default: value }]) =>
        `  --${name}${type === 'boolean' ? '' : ' <value>'}${type === 'boolean' || value === undefined || value === '' ? '' : ` (default: ${value})`}`,
    )
  const refuse = (sentence: string): never => {
    console.error(`${basename(process.argv[1] ?? '')}: ${sentence}; --help lists the flags`)
    process.exit(2)
  }
  try {
    const parsed = parseArgs({ ...config, options: { ...options, help: { type: 'boolean', default: false } } })
    const values = parsed.values as Record<string, unknown>
    if (values.help === true) {
      console.log([what.trim(), '', ...usage].join('\n').trimEnd())
      process.exit(0)
    }
    for (const [name, { default: value }] of known) {
      const isNumber = (text: unknown) =>
        typeof text === 'string' && text.trim() !== '' && Number.isFinite(Number(text))
      if (isNumber(value) && !isNumber(values[name]))
        refuse(`--${name} must be a number, not ${JSON.stringify(values[name])}`)
    }
    return parsed as ReturnType<typeof parseArgs<T>>
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
      return refuse(error.message.replace(/\. .*$/s, '').replace(/\.$/, ''))
    throw error
  }
}
