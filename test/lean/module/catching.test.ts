import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ByteWriter, MalformedModule } from '../../../src/lean/embedded/module/bytes.ts'
import { catchingModule } from '../../../src/lean/embedded/module/catching.ts'
import { type FunctionType, KIND, SECTION, writeSections } from '../../../src/lean/embedded/module/sections.ts'
import { findNodeBinary } from '../../../src/lean/embedded/node-binary.ts'

const [I32, I64, F64] = [0x7f, 0x7e, 0x7c]
const type = (parameters: number[], results: number[] = []): FunctionType => ({ parameters, results })
const invoke = (name: string, at: number) => ({ module: 'env', name, kind: KIND.function, type: at })

/** A module that exports what it imports: JavaScript functions become such as a table can hold. */
function passOn(functions: Readonly<Record<string, FunctionType>>): Uint8Array {
  const part = (id: number, write: (writer: ByteWriter) => void) => {
    const writer = new ByteWriter()
    write(writer)
    return { id, contents: writer.done() }
  }
  const all = Object.entries(functions)
  return writeSections([
    part(SECTION.type, (w) => {
      w.u32(all.length)
      for (const [, { parameters, results }] of all) {
        w.byte(0x60).u32(parameters.length).bytes(Uint8Array.from(parameters))
        w.u32(results.length).bytes(Uint8Array.from(results))
      }
    }),
    part(SECTION.import, (w) => {
      w.u32(all.length)
      for (const [i, [name]] of all.entries()) w.name('env').name(name).byte(KIND.function).u32(i)
    }),
    part(SECTION.export, (w) => {
      w.u32(all.length)
      for (const [i, [name]] of all.entries()) w.name(name).byte(KIND.function).u32(i)
    }),
  ])
}

test('a call that catches takes the stack back after a number, and lets all else through', async () => {
  const types = [type([I32, I32]), type([I32, I32], [I64]), type([I32, F64, I32], [F64])]
  const catching = catchingModule(['invoke_vi', 'invoke_ji', 'invoke_ddi'].map(invoke), types, 10)
  const helper = passOn({
    getStack: type([], [I32]),
    restore: type([I32]),
    setThrew: type([I32, I32]),
    vi: type([I32]),
    ji: type([I32], [I64]),
    ddi: type([F64, I32], [F64]),
  })
  const script = `
    const heard = []
    const load = (base64, env) => new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(base64, 'base64')), { env }).exports
    const what = { 1: 7, 2: Infinity, 3: new Error('no number'), 4: '7', 5: 7n, 6: null }
    const act = (n) => { if (n in what) throw what[n]; if (n === 9) return act(n) + 1; return n }
    let stack = 100
    const own = load('${Buffer.from(helper).toString('base64')}', {
      getStack: () => stack, restore: (to) => void heard.push(['restore', to]), setThrew: (...args) => void heard.push(['threw', ...args]),
      vi: (n) => { act(n) }, ji: (n) => BigInt(act(n)), ddi: (x, n) => x + act(n),
    })
    const slow = (name) => (...args) => { heard.push([name, ...args]); return name === 'invoke_ji' ? 5n : 5 }
    const { table, own: later, ...invokes } = load('${Buffer.from(catching).toString('base64')}', {
      invoke_vi: slow('invoke_vi'), invoke_ji: slow('invoke_ji'), invoke_ddi: slow('invoke_ddi'),
      isNumber: (e) => (typeof e == 'number' ? 1 : 0), thrown: WebAssembly.JSTag,
    })
    for (const [i, name] of ['getStack', 'restore', 'setThrew'].entries()) later.set(i, own[name])
    for (const [i, name] of ['vi', 'ji', 'ddi'].entries()) table.set(i, own[name])
    const outcome = (call) => {
      heard.length = 0
      stack++
      let came
      try { came = String(call()) } catch (error) { came = 'through: ' + (error instanceof Error ? error.constructor.name : typeof error) }
      return [came, ...heard.map(String)].join(' ')
    }
    const found = {}
    for (const n of [0, 1, 2, 3, 4, 5, 6, 9])
      found[n] = [outcome(() => invokes.invoke_vi(0, n)), outcome(() => invokes.invoke_ji(1, n)), outcome(() => invokes.invoke_ddi(2, 0.5, n))]
    // The function is of another type, or there is none.
    found.other = [outcome(() => invokes.invoke_vi(1, 0)), outcome(() => invokes.invoke_ji(0, 8)), outcome(() => invokes.invoke_ddi(9, 1, 2))]
    console.log(JSON.stringify(found))`
  const { path } = await findNodeBinary()
  const found = JSON.parse(execFileSync(path, ['-e', script], { encoding: 'utf8' }))
  const threw = (at: number, results: string[]) => results.map((came, i) => `${came} restore,${at + i} threw,1,0`)
  const through = (kind: string) => [1, 2, 3].map(() => `through: ${kind}`)
  const silent = (found: string[]) => found.map((came) => came.replace(/ restore,\d+$/, ''))
  expect(found[0]).toEqual(['undefined', '0', '0.5'])
  expect(found[1]).toEqual(threw(104, ['undefined', '0', '0']))
  expect(found[2]).toEqual(threw(107, ['undefined', '0', '0']))
  expect(silent(found[3])).toEqual(through('Error'))
  expect(silent(found[4])).toEqual(through('string'))
  expect(silent(found[5])).toEqual(through('bigint'))
  expect(silent(found[6])).toEqual(through('object'))
  // What V8 itself throws where its stack is used up.
  expect(silent(found[9])).toEqual(through('RangeError'))
  expect(found.other).toEqual(['undefined invoke_vi,1,0', '5 invoke_ji,0,8', '5 invoke_ddi,9,1,2'])
})

test('calls of another form are refused', () => {
  const refused = (one: FunctionType) => () => catchingModule([invoke('invoke_x', 0)], [one], 1)
  expect(refused(type([I32], [I32]))).not.toThrow()
  expect(refused(type([I64]))).toThrow(MalformedModule)
  expect(refused(type([I32], [I32, I32]))).toThrow(MalformedModule)
  expect(refused(type([I32], [0x6f]))).toThrow(MalformedModule)
})
