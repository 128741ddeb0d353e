#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { doctorCommand } from './doctor.ts'
import { EXIT, reportFailure } from './failure.ts'
import { proveCommand } from './prove.ts'
import { verifyCommand } from './verify.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const program = new Command('hedge')
  .description('A Lean 4 theorem-proving search agent')
  .version(version)
  .exitOverride()
for (const command of [proveCommand(), verifyCommand(), doctorCommand()]) program.addCommand(command.exitOverride())

try {
  await program.parseAsync()
} catch (error) {
  // Commander has already printed what is wrong; asking for help or the version is no error.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.badInput
  else process.exitCode = reportFailure(error)
}
