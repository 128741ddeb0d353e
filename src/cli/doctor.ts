import { Command } from 'commander'
import { clearPrepared, embeddedFindings } from '../lean/diagnosis/embedded.ts'
import type { Finding } from '../lean/diagnosis/finding.ts'
import { projectFindings } from '../lean/diagnosis/project.ts'
import { EXIT } from './failure.ts'
import { FLAG } from './options.ts'
import { showSteps } from './terminal.ts'

type Flags = { readonly clear?: true; readonly json?: true; readonly lean?: string }

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at what hedge needs: versions, cache, memory, and a Lean that tests itself')
    .option('--clear', 'remove the cache; the next run prepares it again')
    .option('--lean <project>', 'look at a Lake project and its toolchain instead of the embedded Lean')
    .addOption(FLAG.json('the findings'))
    .action(async (flags: Flags) => {
      process.exitCode = await doctor(flags)
    })
}

async function doctor({ clear, json, lean }: Flags): Promise<number> {
  if (clear === true) {
    console.log(`removed ${await clearPrepared()}`)
    return EXIT.done
  }
  const steps = showSteps(json === true)
  const findings: Finding[] = []
  const say = (finding: Finding) => {
    findings.push(finding)
    steps.stop()
    if (json === true) return
    console.log(`${{ ok: 'ok  ', note: 'note', bad: 'BAD ' }[finding.state]}  ${finding.what}: ${finding.detail}`)
    if (finding.remedy !== undefined) console.log(`      ${finding.remedy}`)
  }
  say({ what: 'Node', state: 'ok', detail: `${process.versions.node} on ${process.platform}-${process.arch}` })
  for await (const finding of lean === undefined ? embeddedFindings(steps.step) : projectFindings(lean)) say(finding)
  if (json === true) console.log(JSON.stringify(findings, null, 2))
  return findings.some((finding) => finding.state === 'bad') ? EXIT.engineFailure : EXIT.done
}
