import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Writes docs/cli.md from the commands' own help, and docs/api.md from the docstrings of src/index.ts: `npm run docs`.
 * With `--check` it writes nothing, and says what is out of date.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const COMMANDS_LIST = /^ {2}([a-z]+)(?:\|\w+)? /gm

/** Why a default is not the same everywhere. */
const FLAGS = `A flag means the same in every command. Two defaults differ, because they bound different work. \`-b\` is a minute where somebody waits for one theorem
(\`prove\`), ten seconds where there are many (a hole of \`fill\`, a theorem of \`iterate\`), and none in \`evaluate\`: there \`-n\` is the limit, since passes can be
compared between machines and seconds cannot. So \`-n\` is 32 in \`evaluate\` and \`iterate\`, and no limit in \`prove\`. The seed of a search is any text (\`0\`); that of a training
is a number (\`1\`), as the engines of networks want it.`

const pages: Record<string, () => string> = { 'docs/cli.md': cliPage, 'docs/api.md': apiPage }

function cliPage(): string {
  const help = (...args: string[]) =>
    execFileSync('node', ['--import', 'tsx', 'src/cli/main.ts', ...args, '--help'], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, COLUMNS: '110', NO_COLOR: '1' },
    }).trimEnd()
  const section = (names: string[]): string => {
    const text = help(...names)
    const list = text.slice(text.indexOf('\nCommands:'))
    const below = text.includes('\nCommands:') ? [...list.matchAll(COMMANDS_LIST)].map(([, name = '']) => name) : []
    const parts = below.filter((name) => name !== 'help').map((name) => section([...names, name]))
    return [`## hedge ${names.join(' ')}`.trimEnd(), '', '```text', text, '```', '', ...parts].join('\n')
  }
  return `# Commands\n\nMade by \`npm run docs\` from the commands' own help.\n\n${FLAGS}\n\n${section([])}`
}

function apiPage(): string {
  const out = 'node_modules/.cache/api'
  const args = ['typedoc', '--plugin', 'typedoc-plugin-markdown', '--out', out, '--outputFileStrategy', 'modules']
  const shown = [
    '--readme',
    'none',
    '--hidePageHeader',
    '--hideBreadcrumbs',
    '--disableSources',
    '--excludePrivate',
    '--excludeExternals',
  ]
  execFileSync('npx', [...args, ...shown, '--parametersFormat', 'table', '--logLevel', 'Error', 'src/index.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return readFileSync(`${ROOT}/${out}/README.md`, 'utf8')
}

const check = process.argv.includes('--check')
for (const [path, make] of Object.entries(pages)) {
  const text = make()
  if (!check) writeFileSync(ROOT + path, text)
  else if (readFileSync(ROOT + path, 'utf8') !== text) {
    console.error(`${path} is out of date: npm run docs`)
    process.exitCode = 1
  }
}
