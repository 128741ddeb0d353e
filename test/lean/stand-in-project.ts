import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/**
 * What the verifier asks of `lake`, for where there is none: `lake env` tells a toolchain and a PATH, `lean -o` writes
 * something, `lean --run` of our checker believes every source but one that says `refused`, and any other program is
 * run, with the project's libraries before LEAN_PATH.
 */
const LAKE = `#!/bin/sh
if [ "$1" = --version ]; then echo 'Lake version 5.0.0'; exit 0; fi
[ "$1" = env ] || exit 2
shift
HERE="$(dirname "$0")/.."
if [ $# = 0 ]; then
  echo "LEAN_SYSROOT=$HERE/toolchain"
  echo "LEAN_PATH=$HERE/libraries"
  echo "PATH=$HERE/packages:$PATH"
  exit 0
fi
case "$1 $2" in
  'lean --version') echo 'Lean (version 4.99.0, commit 0123abc, Release)' ;;
  'lean --json') cat "$5" > "$4" ;;
  'lean --run') if grep -q refused "$6/HedgeSubmission.olean"; then echo "$4 rejected as asked"; exit 1; else echo "$4 verified [propext]"; fi ;;
  *) export LEAN_PATH="$HERE/libraries:$LEAN_PATH"; "$@"; exit $? ;;
esac
`

/** A Lake project in a folder of its own, whose `lake` stands first on the PATH until `dispose`. */
export function standInProject() {
  const root = mkdtempSync(join(tmpdir(), 'hedge-stand-in-'))
  const path = process.env.PATH
  const directory = join(root, 'project')
  for (const name of ['project', 'bin', 'packages', 'toolchain/bin']) mkdirSync(join(root, name), { recursive: true })
  writeFileSync(join(directory, 'lakefile.toml'), 'name = "p"\n')
  writeFileSync(join(directory, 'lean-toolchain'), 'leanprover/lean4:v4.99.0\n')
  writeFileSync(join(directory, 'lake-manifest.json'), '{}')
  const program = (place: string, script: string): string => {
    const file = join(root, place)
    writeFileSync(file, script)
    chmodSync(file, 0o755)
    return file
  }
  program('bin/lake', LAKE)
  process.env.PATH = [join(root, 'bin'), path].join(delimiter)
  return {
    directory,
    root,
    /** Puts a checker there, as a shell script that is given the module. */
    install: (name: 'leanchecker' | 'lean4checker', script: string): string =>
      program(name === 'leanchecker' ? 'toolchain/bin/leanchecker' : 'packages/lean4checker', `#!/bin/sh\n${script}\n`),
    /** On the PATH, like the programs that elan puts there for whatever toolchain. */
    installOnPath: (name: string, script: string): string => program(`bin/${name}`, `#!/bin/sh\n${script}\n`),
    dispose: () => {
      process.env.PATH = path
      rmSync(root, { recursive: true, force: true })
    },
  }
}
