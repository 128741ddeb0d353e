/** Several command lines in one process, one after another: commands-child.ts JSON. Prints [exit code, what it said on stderr] of each. */
const said: [typeof process.exitCode, string][] = []
let text = ''
process.stderr.write = (chunk: string | Uint8Array): boolean => {
  text += chunk
  return true
}
for (const [index, args] of (JSON.parse(process.argv[2] ?? '') as string[][]).entries()) {
  text = ''
  process.exitCode = undefined
  process.argv = [process.execPath, 'hedge', ...args]
  // Another address each time, or it would run only once.
  await import(`../../src/cli/main.ts?${index}`)
  said.push([process.exitCode, text])
}
process.exitCode = 0
console.log(JSON.stringify(said))
