#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { EXIT, failAsJson, reportFailure } from './failure.ts'
import { programVersion } from './product.ts'

/** A command's module is loaded only when it is asked for: a policy network's libraries take seconds. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  prove: async () => (await import('./prove.ts')).proveCommand(),
  fill: async () => (await import('./fill.ts')).fillCommand(),
  verify: async () => (await import('./verify.ts')).verifyCommand(),
  doctor: async () => (await import('./doctor.ts')).doctorCommand(),
  evaluate: async () => {
    const [{ evaluateCommand }, { evaluateParts }] = await Promise.all([
      import('./evaluate.ts'),
      import('./evaluate-parts.ts'),
    ])
    return evaluateCommand(evaluateParts)
  },
  view: async () => (await import('./view.ts')).viewCommand(),
  worker: async () => {
    const [{ workerCommand }, { evaluateParts }] = await Promise.all([
      import('./worker.ts'),
      import('./evaluate-parts.ts'),
    ])
    return workerCommand(evaluateParts)
  },
  queue: async () => (await import('./queue.ts')).queueCommand(),
  report: async () => (await import('./report.ts')).reportCommand(),
  results: async () =>
    new Command('results')
      .description('files of results')
      .addCommand((await import('./results-merge.ts')).resultsMergeCommand()),
  proofs: async () =>
    new Command('proofs')
      .description('proofs that were found')
      .addCommand((await import('./proofs-export.ts')).proofsExportCommand()),
  dataset: async () => {
    const [{ datasetCheckCommand }, { datasetCoreCommand }, { datasetLibraryCommand }] = await Promise.all([
      import('./dataset-check.ts'),
      import('./dataset-core.ts'),
      import('./dataset-library.ts'),
    ])
    return new Command('dataset')
      .description('sets of theorems')
      .addCommand(datasetCheckCommand())
      .addCommand(datasetCoreCommand())
      .addCommand(datasetLibraryCommand())
  },
  trace: async () => (await import('./trace.ts')).traceCommand(),
  iterate: async () => (await import('./iterate.ts')).iterateCommand(),
  export: async () => (await import('./export.ts')).exportCommand(),
  mcp: async () => (await import('./mcp.ts')).mcpCommand(),
  train: async () => (await import('./train.ts')).trainCommand(),
}

const program = new Command('hedge')
  .description('A Lean 4 theorem-proving search agent')
  .version(programVersion())
  .exitOverride()
const [asked = ''] = process.argv.slice(2)
const needed = Object.hasOwn(COMMANDS, asked) ? [asked] : Object.keys(COMMANDS)

// `| head` has read enough; of what goes to stderr nothing is a result, and the work goes on without it.
function endAtClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.done)
  throw error
}
function passOverClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
// Known by name: a program that reads this module twice, as tests do, keeps one; others may listen beside it.
const listens = (stream: NodeJS.WriteStream, name: string) =>
  stream.listeners('error').some((listener) => listener.name === name)
if (!listens(process.stdout, endAtClosedPipe.name)) process.stdout.on('error', endAtClosedPipe)
if (!listens(process.stderr, passOverClosedPipe.name)) process.stderr.on('error', passOverClosedPipe)

try {
  for (const name of needed) {
    const command = await COMMANDS[name]?.()
    if (command === undefined) continue
    for (const one of [command, ...command.commands]) one.exitOverride()
    program.addCommand(command)
  }
  await program.parseAsync()
} catch (error) {
  // Commander has already printed what is wrong; asking for help or the version is no error.
  if (!(error instanceof CommanderError)) process.exitCode = reportFailure(error)
  else if (error.exitCode === 0) process.exitCode = EXIT.done
  else {
    process.exitCode = EXIT.badInput
    failAsJson(error.message.replace(/^error: /, ''), EXIT.badInput)
  }
}
