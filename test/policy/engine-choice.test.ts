import { describe, expect, it } from 'vitest'
import { createEngine } from '../../src/policy/network/create-engine.ts'
import { DEFAULT_OPTIMIZER, EngineFailure, type EngineName } from '../../src/policy/network/engine.ts'
import { selectBackend } from '../../src/policy/network/tfjs/backend.ts'

const config = { vocabularySize: 8, contextLength: 8, width: 8, layers: 1, heads: 1 }

async function start(engine: EngineName): Promise<{ description: string; notices: string[] }> {
  const notices: string[] = []
  const options = {
    engine,
    config,
    optimizer: DEFAULT_OPTIMIZER,
    threads: 1,
    notice: (line: string) => notices.push(line),
  }
  const created = await createEngine(options)
  await created.dispose()
  return { description: created.description, notices }
}

describe('choosing an engine', () => {
  it('takes the first TensorFlow.js back end that works, with one line for each passed over', async () => {
    const { description, notices } = await start('tfjs')
    const order = ['tfjs-node-gpu', 'tfjs-node', 'tfjs wasm', 'tfjs cpu']
    expect(order).toContain(description)
    // Whichever native packages this machine has: those before the chosen one are named, each in one line.
    const passed = order.slice(0, order.indexOf(description))
    expect(notices).toHaveLength(passed.length)
    for (const [i, name] of passed.entries()) {
      expect(notices[i]).toMatch(new RegExp(`^${name} is not usable \\(.+\\)$`))
      expect(notices[i]).not.toContain('\n')
    }
  })

  it('takes the one asked for, without a word', async () => {
    expect(await start('tfjs-wasm')).toEqual({ description: 'tfjs wasm', notices: [] })
    expect(await start('tfjs-cpu')).toEqual({ description: 'tfjs cpu', notices: [] })
    expect(await start('ort-web')).toEqual({ description: 'onnxruntime-web (wasm, 1 thread)', notices: [] })
  })

  it('runs on ONNX Runtime, with a line if only its slower form is there', async () => {
    const { description, notices } = await start('ort')
    if (description.startsWith('onnxruntime-node')) expect(notices).toEqual([])
    else expect(notices).toEqual([expect.stringMatching(/^onnxruntime-node does not load/)])
  })

  it('does not look for a TensorFlow.js back end under another name', async () => {
    await expect(selectBackend('ort', () => {})).rejects.toThrow(EngineFailure)
  })
})
