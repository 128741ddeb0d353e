import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { type ProofStep, readStepFile } from '../dataset/step-file.ts'
import { writeGguf } from '../policy/gguf/write-gguf.ts'
import { readCheckpoint } from '../policy/network/checkpoint.ts'
import { fillTemplate, readTemplate, type Template } from '../policy/remote/template.ts'
import { sha256 } from '../proof/sha256.ts'
import { dcoReference } from '../training/reference-factors.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { outFolder, share } from './flags.ts'

type Options = {
  readonly format: 'hf' | 'gguf'
  readonly out: string
  readonly template: string
  readonly heldOut: number
}

/** What a trainer of language models needs beside the data. */
const DOCUMENTS = { 'training-at-scale.md': 'README.md' } as const

/** `hedge export`: steps as other programs' trainers read them. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write steps for the fine-tuning of a language model elsewhere, or a trained network for llama.cpp')
    .argument(
      '<files...>',
      'files of steps, as `hedge trace` writes them or of LeanDojo; with gguf the folder of a policy',
    )
    .requiredOption('-o, --out <folder>', 'where the files go', outFolder)
    .addOption(
      new Option(
        '--format <format>',
        "hf: JSON lines of prompt and completion, for Hugging Face's trainers; gguf: model.gguf, for `--policy`",
      )
        .choices(['hf', 'gguf'])
        .default('hf'),
    )
    .option('--template <name>', 'how a state becomes a prompt: step ({state}:::), chat, or a file', 'step')
    .option('--held-out <share>', 'share of the theorems that goes to validation.jsonl', share, 0)
    .addHelpText(
      'after',
      `
The folder: train.jsonl; validation.jsonl, if asked for; dco.json, the definition of DCO^step with reference values of F;
README.md, a page on how to train with them, by the Python package in training/.

Exit codes: 0 written, 2 bad input.`,
    )
    .action(async (paths: string[], options: Options) => {
      process.exitCode = await orBadInput(() =>
        options.format === 'gguf' ? exportNetwork(paths, options.out) : exportSteps(paths, options),
      )
    })
}

async function exportSteps(paths: readonly string[], { out, template: name, heldOut }: Options): Promise<number> {
  const steps: ProofStep[] = []
  for (const path of paths) steps.push(...(await readStepFile(path)).steps)
  const template = readTemplate(name)
  if (template.writes !== 'steps')
    throw new InputError(`template \`${name}\` asks for whole proofs, and these are steps`)
  const isHeldOut = ({ theorem }: ProofStep) => fraction(theorem) < heldOut
  const training = steps.filter((step) => !isHeldOut(step))
  const validation = steps.filter(isHeldOut)
  if (training.length === 0) throw new InputError(`--held-out ${heldOut} leaves nothing to train on`)
  await mkdir(out, { recursive: true })
  await writeFile(join(out, 'train.jsonl'), jsonLines(training, template))
  if (heldOut > 0) await writeFile(join(out, 'validation.jsonl'), jsonLines(validation, template))
  await writeFile(join(out, 'dco.json'), `${JSON.stringify(dcoReference(), null, 1)}\n`)
  for (const [from, to] of Object.entries(DOCUMENTS))
    await copyFile(fileURLToPath(new URL(`../../docs/${from}`, import.meta.url)), join(out, to))
  const count = (list: readonly ProofStep[]) =>
    `${list.length} steps of ${new Set(list.map(({ theorem }) => theorem)).size} theorems`
  process.stderr.write(`${out}: ${count(training)}${heldOut > 0 ? `; held out: ${count(validation)}` : ''}\n`)
  return EXIT.done
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

/**
 * A template of messages makes a conversation, whose reply is the tactic. In pieces: the rows of a whole library are longer than a
 * string can be.
 */
function* jsonLines(steps: readonly ProofStep[], template: Template): Iterable<string> {
  const line = ({ theorem, index, state, tactic }: ProofStep) => {
    const prompt = fillTemplate(template, state)
    const completion = template.kind === 'text' ? tactic : [{ role: 'assistant', content: tactic }]
    return `${JSON.stringify({ prompt, completion, theorem, index })}\n`
  }
  for (let from = 0; from < steps.length; from += LINES)
    yield steps
      .slice(from, from + LINES)
      .map(line)
      .join('')
}

/** By name alone, so that a theorem stays where it is when the data grows. */
function fraction(theorem: string): number {
  return Number.parseInt(sha256(theorem).slice(0, 8), 16) / 2 ** 32
}
