import { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { createMessageConnection, type MessageConnection, StreamMessageReader } from 'vscode-jsonrpc/node'
import type { z } from 'zod'
import { WholeMessageWriter } from '../message-writer.ts'
import { methods, notifications, PROTOCOL_FD } from '../protocol.ts'
import type { HostPaths } from './boot.ts'
import { createHost, type Host } from './host.ts'
import { testProofCheck, testStatement, testSteps } from './self-test.ts'
import { endPart, startParts } from './start-clock.ts'

/**
 * The Lean host process: one instance, served over JSON-RPC on its own file descriptor (stdout is full of Lean's debug
 * lines). Requests run one at a time. Whatever goes wrong inside the instance ends the process: the pool starts another.
 */
const EXIT_LEAN_FAILED = 70

async function main(): Promise<void> {
  dieWithParent()
  // Ctrl-C reaches the whole process group; the parent decides when a host ends.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  const [glueFile, wasmFile, libraryDir, codeFile] = process.argv.slice(2)
  if (glueFile === undefined || wasmFile === undefined || libraryDir === undefined)
    throw new Error('usage: main.ts GLUE WASM LIBRARY [CODE]')
  const paths: HostPaths = { glueFile, wasmFile, libraryDir, codeFile }
  const channel = new Socket({ fd: PROTOCOL_FD, readable: true, writable: true })
  const connection = createMessageConnection(new StreamMessageReader(channel), new WholeMessageWriter(channel))
  connection.onClose(() => process.exit(0))
  const host = createHost(paths)
  serve(connection, host)
  connection.listen()
}

/** A host that is inside a tactic cannot notice that its parent is gone; a thread beside it can. */
function dieWithParent(): void {
  const source = `const parent = ${process.ppid}
    setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL') }, 500)`
  new Worker(source, { eval: true, name: 'parent-watch' }).unref()
}

function serve(connection: MessageConnection, starting: Promise<Host>): void {
  const stopped = new Set<number>()

  /** Runs `work` with parsed parameters and sends what it gives; a failure of the instance is the process's end. */
  function on<P extends z.ZodType, R extends z.ZodType>(
    method: { type: { method: string }; params: P; result: R },
    work: (host: Host, params: z.infer<P>) => z.infer<R> | Promise<z.infer<R>>,
  ): void {
    connection.onRequest(method.type.method, async (params: unknown) => {
      const parsed = method.params.parse(params)
      try {
        const ready = await starting
        const answer = method.result.parse(await work(ready, parsed))
        // What ran on a stack that was too small is not to be believed, and this process not to be used again.
        ready.checkStack()
        return answer
      } catch (error) {
        return fail(error)
      }
    })
  }
  function onNotification<P extends z.ZodType>(
    notification: { type: { method: string }; params: P },
    work: (host: Host, params: z.infer<P>) => void,
  ): void {
    connection.onNotification(notification.type.method, async (params: unknown) => {
      try {
        work(await starting, notification.params.parse(params))
      } catch (error) {
        fail(error)
      }
    })
  }

  on(methods.hello, (host) => {
    testSteps(host)
    endPart('import Init, self-test')
    return { ...host.version, parts: [...startParts()] }
  })
  on(methods.addModules, (host, { modules }) => {
    host.addModules(modules)
    return {}
  })
  on(methods.importsOf, (host, { text }) => host.importsOf(text))
  on(methods.open, (host, { header }) => host.open(header))
  on(methods.start, (host, { environment, statement, heartbeats }) => host.start(environment, statement, heartbeats))
  on(methods.run, async (host, { run, theorem, state, tactics, untilFinished = false, ...how }) => {
    let done = 0
    for (const [index, tactic] of tactics.entries()) {
      if (stopped.has(run)) break
      const result = host.runTactic(theorem, state, tactic, how)
      host.checkStack()
      // Sent at once, so that the other side knows which tactic is running when it has to kill this process.
      await connection.sendNotification(notifications.stepDone.type, { run, index, result })
      done++
      await new Promise(setImmediate)
      if (untilFinished && result.kind === 'finished') break
    }
    stopped.delete(run)
    return { done, heapBytes: host.heapBytes() }
  })
  on(methods.elaborate, (host, { environment, source }) => ({ diagnostics: host.elaborate(environment, source) }))
  let stateTested = false
  on(methods.stateTheorem, (host, { header, statement }) => {
    if (!stateTested) testStatement(host)
    stateTested = true
    return { ...host.stateTheorem(header, statement), heapBytes: host.heapBytes() }
  })
  on(methods.exportProof, (host, { source, name, header }) => ({
    ...host.exportProof(source, name, header),
    heapBytes: host.heapBytes(),
  }))
  let checkTested = false
  on(methods.checkProof, (host, { imports, stated, proof, whole }) => {
    if (!checkTested) testProofCheck(host)
    checkTested = true
    return { ...host.checkProof(imports, stated, proof, whole), heapBytes: host.heapBytes() }
  })
  on(methods.premises, (host, { environment }) => host.premises(environment))
  on(methods.localConstants, (host, { environment }) => host.localConstants(environment))
  on(methods.libraryModules, (host, { environment }) => ({ modules: host.libraryModules(environment) }))
  on(methods.stateTheorems, (host, { environment, header, names }) => ({
    stated: host.stateTheorems(environment, header, names),
  }))
  on(methods.openFile, (host, { source }) => host.openFile(source))
  on(methods.nextCommand, (host, { file, admit }) => host.nextCommand(file, admit))
  on(methods.startCommand, (host, { file, heartbeats }) => host.startCommand(file, heartbeats))
  on(methods.usedTheorems, (host, { theorem, state, tactic }) => ({
    premises: host.usedTheorems(theorem, state, tactic),
  }))
  on(methods.libraryConstants, (host, { imports, names, most, follow }) =>
    host.libraryConstants(imports, names, most, follow),
  )
  on(methods.judgeDeclarations, (host, { imports, exported }) => host.judgeDeclarations(imports, exported))
  on(methods.echoDeclarations, (host, { exported }) => ({ exported: host.echoDeclarations(exported) }))
  on(methods.libraryNames, (host, { imports }) => host.libraryNames(imports))
  on(methods.putText, (host, { id, text }) => host.putText(id, text))
  on(methods.scanText, (host, { id, from, budgetMs }) => host.scanText(id, from, budgetMs))
  on(methods.openText, (host, { id, end, further }) => host.openText(id, end, further))
  on(methods.startHole, (host, { id, command, hole, heartbeats }) => host.startHole(id, command, hole, heartbeats))
  on(methods.checkCommand, (host, { id, command, edits }) => host.checkCommand(id, command, edits))
  on(methods.memory, (host) => host.memory())
  on(methods.staticData, (host) => host.staticData())
  on(methods.compiledCode, async (host) => ({ code: (await host.compiledCode()).toString('base64') }))
  onNotification(notifications.stop, (_host, { run }) => void stopped.add(run))
  onNotification(notifications.release, (host, { states }) => host.release(states))
  onNotification(notifications.closeTheorem, (host, { theorem }) => host.closeTheorem(theorem))
  onNotification(notifications.dropText, (host, { id }) => host.dropText(id))
  onNotification(notifications.closeEnvironment, (host, { environment }) => host.closeEnvironment(environment))
  onNotification(notifications.closeFile, (host, { file }) => host.closeFile(file))
}

function fail(error: unknown): never {
  process.stderr.write(`hedge-host: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(EXIT_LEAN_FAILED)
}

main().catch(fail)
