/** Command lines in one process, one after another: verify-input-child.ts JSON. Prints [exit code, stdout, stderr] of each. */
const said: [typeof process.exitCode, string, string][] = []
const text = { out: '', err: '' }
const print = process.stdout.write.bind(process.stdout)
process.stdout.write = (chunk: string | Uint8Array): boolean => {
  text.out += chunk
  return true
}
process.stderr.write = (chunk: string | Uint8Array): boolean => {
  text.err += chunk
  return true
}
for (const [index, args] of (JSON.parse(process.argv[2] ?? '') as string[][]).entries()) {
  text.out = ''
  text.err = ''
  process.exitCode = undefined
  process.argv = [process.execPath, 'hedge', ...args]
  // Another address each time, or it would run only once.
  await import(`../../src/cli/main.ts?${index}`)
  said.push([process.exitCode, text.out, text.err])
}
process.exitCode = 0
print(`${JSON.stringify(said)}\n`)
