import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { type ProofStep, readStepFile } from '../dataset/step-file.ts'
import { writeGguf } from '../policy/gguf/write-gguf.ts'
import { readCheckpoint } from '../policy/network/checkpoint.ts'
import { fillTemplate, readTemplate } from '../policy/remote/template.ts'
import { sha256 } from '../proof/sha256.ts'
import { plural } from '../report/plural.ts'
import { dcoReference } from '../training/reference-factors.ts'
import { type TheoremRow, theoremRows } from './export-theorems.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { outFolder, share } from './flags.ts'
import { FLAG } from './options.ts'

const FORMATS = ['hf', 'theorems', 'gguf'] as const

type Options = {
  readonly format: (typeof FORMATS)[number]
  readonly out: string
  readonly template?: string
  readonly heldOut: number
  readonly steps?: readonly string[]
  readonly lean?: string
  readonly root?: string
}

/** What a trainer of language models needs beside the data. */
const DOCUMENTS = { 'training-at-scale.md': 'README.md' } as const

/** `hedge export`: steps and theorems as other programs' trainers read them. */
export function exportCommand(): Command {
  return new Command('export')
    .description(
      'write steps or theorems for the training of a language model elsewhere, or a trained network for llama.cpp',
    )
    .argument(
      '<files...>',
      'files of steps, as `hedge trace` writes them or of LeanDojo; with theorems sets as `hedge evaluate` reads them; with gguf the folder of a policy',
    )
    .requiredOption('-o, --out <folder>', 'where the files go', outFolder)
    .addOption(
      new Option(
        '--format <format>',
        "hf: JSON lines of prompt and completion, for Hugging Face's trainers; theorems: a line for each theorem, for training with inference in the loop; gguf: model.gguf, for `--policy`",
      )
        .choices(FORMATS)
        .default('hf'),
    )
    .option(
      '--template <name>',
      'how a state or a theorem becomes a prompt: a family of models, or a file (default: step, {state}:::; with theorems whole)',
    )
    .option('--steps <files...>', 'theorems: steps of known proofs, which become completions')
    .addOption(FLAG.lean())
    .addOption(FLAG.root())
    .option('--held-out <share>', 'share of the theorems that goes to validation.jsonl', share, 0)
    .addHelpText(
      'after',
      `
The folder: train.jsonl; validation.jsonl, if asked for; dco.json, the definition of DCO^step with reference values of F;
README.md, a page on how to train with them, by the Python package in training/.

Rows of train.jsonl:
  hf        {prompt, completion, theorem, index}, a row for each step
  theorems  {prompt, completion, theorem, statement, header, strict}: \`statement\` and what stands before it, \`header\`,
            are what a reply has to prove; \`completion\` is there where --steps has a proof; \`strict\` where the template
            asks for a block of Lean
A template of messages makes prompt and completion lists of {role, content}.

Exit codes: 0 written, 2 bad input.`,
    )
    .action(async (paths: string[], options: Options) => {
      process.exitCode = await orBadInput(() =>
        options.format === 'gguf'
          ? exportNetwork(paths, options.out)
          : options.format === 'theorems'
            ? exportTheorems(paths, options)
            : exportSteps(paths, options),
      )
    })
}

async function exportSteps(paths: readonly string[], options: Options): Promise<number> {
  const { template: name = 'step' } = options
  const steps: ProofStep[] = []
  for (const path of paths) steps.push(...(await readStepFile(path)).steps)
  const template = readTemplate(name)
  if (template.writes !== 'steps')
    throw new InputError(`template \`${name}\` asks for whole proofs, and these are steps`)
  /** A template of messages makes a conversation, whose reply is the tactic. */
  const rowOf = ({ theorem, index, state, tactic }: ProofStep) => ({
    prompt: fillTemplate(template, state),
    completion: template.kind === 'text' ? tactic : [{ role: 'assistant', content: tactic }],
    theorem,
    index,
  })
  const count = (list: readonly ProofStep[]) =>
    `${plural(list.length, 'step')} of ${plural(new Set(list.map(({ theorem }) => theorem)).size, 'theorem')}`
  await writeFolder(steps, rowOf, count, options)
  return EXIT.done
}

async function exportTheorems(paths: readonly string[], options: Options): Promise<number> {
  const { template: name = 'whole', steps = [], lean, root } = options
  const { rows, left, problems } = await theoremRows(paths, readTemplate(name), { steps, lean, root })
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  if (left > 0)
    process.stderr.write(
      `${plural(left, 'theorem')} left out: template \`${name}\` shows a state, and --steps has no proof that begins with one\n`,
    )
  const count = (list: readonly TheoremRow[]) =>
    `${plural(list.length, 'theorem')}, ${list.filter(({ completion }) => completion !== undefined).length} with a proof`
  await writeFolder(rows, (row) => row, count, options)
  return EXIT.done
}

/** The folder that a trainer reads, with all rows of a theorem on one side. */
async function writeFolder<Row extends { readonly theorem: string }>(
  rows: readonly Row[],
  written: (row: Row) => object,
  count: (rows: readonly Row[]) => string,
  { out, heldOut }: Pick<Options, 'out' | 'heldOut'>,
): Promise<void> {
  const isHeldOut = ({ theorem }: Row) => fraction(theorem) < heldOut
  const training = rows.filter((row) => !isHeldOut(row))
  const validation = rows.filter(isHeldOut)
  if (rows.length === 0) throw new InputError('there is nothing to train on')
  if (training.length === 0) throw new InputError(`--held-out ${heldOut} leaves nothing to train on`)
  await mkdir(out, { recursive: true })
  await writeFile(join(out, 'train.jsonl'), jsonLines(training, written))
  if (heldOut > 0) await writeFile(join(out, 'validation.jsonl'), jsonLines(validation, written))
  await writeFile(join(out, 'dco.json'), `${JSON.stringify(dcoReference(), null, 1)}\n`)
  for (const [from, to] of Object.entries(DOCUMENTS))
    await copyFile(fileURLToPath(new URL(`../../docs/${from}`, import.meta.url)), join(out, to))
  process.stderr.write(`${out}: ${count(training)}${heldOut > 0 ? `; held out: ${count(validation)}` : ''}\n`)
}

async function exportNetwork(paths: readonly string[], out: string): Promise<number> {
  const [path, ...others] = paths
  if (path === undefined || others.length > 0) throw new InputError('--format gguf takes the folder of one policy')
  const checkpoint = await readCheckpoint(path)
  await mkdir(out, { recursive: true })
  const to = join(out, 'model.gguf')
  await writeFile(to, writeGguf(checkpoint, basename(path)))
  process.stderr.write(`${to}: a network of ${checkpoint.parameters.length.toLocaleString('en')} parameters\n`)
  return EXIT.done
}

/** Lines that are written together. */
const LINES = 1000

/** In pieces: the rows of a whole library are longer than a string can be. */
function* jsonLines<Row>(rows: readonly Row[], written: (row: Row) => object): Iterable<string> {
  for (let from = 0; from < rows.length; from += LINES)
    yield rows
      .slice(from, from + LINES)
      .map((row) => `${JSON.stringify(written(row))}\n`)
      .join('')
}

/** By name alone, so that a theorem stays where it is when the data grows. */
function fraction(theorem: string): number {
  return Number.parseInt(sha256(theorem).slice(0, 8), 16) / 2 ** 32
}
