import { expect, test } from 'vitest'
import { shares } from '../bench/profile-shares.ts'

const node = (id: number, functionName: string, url = '', children: number[] = []) => ({
  id,
  callFrame: { functionName, url },
  children,
})

test('a profile is cut to its last milliseconds and told by where the processor is and what for', () => {
  const nodes = [
    node(1, '(root)', '', [2, 7, 8]),
    node(2, 'runTactic', 'file:///a/host/proof-states.ts', [3, 5]),
    node(3, 'wasm-function[10]', 'wasm://wasm/1', [4]),
    node(4, 'wasm-function[11]', 'wasm://wasm/1', [6]),
    node(5, 'exceptionText', 'file:///a/host/elaborator.ts'),
    node(6, 'invoke_vi', 'file:///b/lean.cjs'),
    node(7, '(idle)'),
    node(8, '(garbage collector)'),
  ]
  const names = new Map([
    [10, 'l_Lean_Meta_Simp_main'],
    [11, 'l_Lean_Meta_synthInstance_x3f'],
  ])
  // Microseconds; the first sample is from before the work.
  const samples = [4, 3, 4, 6, 5, 7, 8]
  const timeDeltas = [9000, 1000, 2000, 3000, 1000, 5000, 1000]
  const { total, self, under } = shares({ nodes, samples, timeDeltas }, names, 13)
  expect(total).toBe(8)
  const told = (places: typeof self) => Object.fromEntries(places.map(({ what, ms }) => [what, ms]))
  expect(told(self)).toEqual({
    'Lean (wasm)': 3,
    'C++ calls that may throw (`invoke_*`)': 3,
    '`host/elaborator`': 1,
    "JavaScript's garbage collector": 1,
  })
  expect(told(under)).toEqual({
    'a tactic is run (`runTactic`)': 7,
    'the text of an error': 1,
    'Lean: `simp`': 6,
    'Lean: instances looked for': 5,
  })
})
