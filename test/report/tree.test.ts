import { expect, test } from 'vitest'
import { layoutTree } from '../../src/report/tree-layout.ts'
import { renderTreeSvg } from '../../src/report/tree-picture.ts'
import { renderTreeText } from '../../src/report/tree-text.ts'
import { siblingLabels, statesAbove, viewTree } from '../../src/report/tree-view.ts'
import { searchBestFirst } from '../../src/search/best-first.ts'
import { createTree, type Tree } from '../../src/search/tree.ts'
import { checkTree } from '../search/check-tree.ts'
import { jugs, type Rule, state, tablePolicy, toyDomain, uniformJugs } from '../search/toy.ts'

async function searched(rule: Rule, root: string, policy = uniformJugs, expansions = 1000): Promise<Tree> {
  const domain = toyDomain(root, rule)
  const tree = createTree(domain.root)
  await searchBestFirst(tree, domain, policy, {
    budget: { expansions },
    width: 8,
    widenings: 0,
    accept: async () => ({ kind: 'verified', axioms: [] }),
  })
  checkTree(tree)
  return tree
}

/** A tree with one of everything, and with text that XML and HTML would stumble over. */
function nasty(): Tree {
  const tree = createTree(state('a < b & "c"\u0000\ud800'))
  const add = (tactic: string, logProb: number, result: Parameters<Tree['add']>[3]) =>
    tree.add(tree.root, tactic, logProb, result)
  add('</script><script>alert(1)</script>', -1, { kind: 'open', state: state('x ∧ y') })
  add("simp ['h] <;> omega", -2, { kind: 'error', message: 'a <b> & c\n]]>' })
  add('slow', -3, { kind: 'timeout', limit: 'heartbeats' })
  add('deep', -4, { kind: 'crash', message: 'stack' })
  add('same', -5, { kind: 'open', state: tree.root.state })
  add('candidate', -6, { kind: 'finished' })
  tree.judge(add('refused', -7, { kind: 'finished' }), {
    kind: 'refused',
    reason: 'the proof rests on <sorry> & "more"',
  })
  checkTree(tree)
  return tree
}

const words: Rule = (from, tactic) =>
  tactic === 'end' && from === '.bbbbb'
    ? { kind: 'finished' }
    : tactic === 'end'
      ? { kind: 'error', message: 'no' }
      : { to: from + tactic }
const wordPolicy = tablePolicy(() => ({ a: 0.5, b: 0.4, end: 0.1 }))

/** The elements of a well-formed document; throws where tags do not match or a bare `<` or `&` is left. */
function elements(xml: string): { name: string; attributes: string }[] {
  const found: { name: string; attributes: string }[] = []
  const open: string[] = []
  const rest = xml.replace(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, close, name, attributes, empty) => {
      if (close === '/') {
        if (open.pop() !== name) throw new Error(`</${name}> closes nothing`)
      } else {
        found.push({ name, attributes })
        if (empty === '') open.push(name)
      }
      return ''
    },
  )
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is never closed`)
  if (/<|&(?!(amp|lt|gt|quot|#39);)/.test(rest)) throw new Error('a bare < or & is left')
  return found
}

test('the text tree, golden', async () => {
  const tree = await searched(jugs, '0,0')
  expect(renderTreeText(tree, 100)).toBe(
    `
* ⊢ 0,0  (2 failed, 4 cycles)
├─ * fillBig  →  ⊢ 0,5  (2 failed, 1 merged, 4 cycles)
│  └─ * bigToSmall  →  ⊢ 3,2  (2 failed, 2 merged, 3 cycles)
│     └─ * emptySmall  →  ⊢ 0,2  (2 failed, 5 cycles)
│        └─ * bigToSmall  →  ⊢ 2,0  (2 failed, 1 merged, 4 cycles)
│           └─ * fillBig  →  ⊢ 2,5  (2 failed, 1 merged, 4 cycles)
│              └─ * bigToSmall  →  ⊢ 3,4  (2 merged, 3 cycles)
│                 ├─ * done  →  proof verified
│                 └─ emptySmall  →  ⊢ 0,4  (not expanded)
└─ fillSmall  →  ⊢ 3,0  (2 failed, 4 cycles)
   ├─ fillBig  →  ⊢ 3,5  (2 failed, 1 merged, 5 cycles)
   └─ smallToBig  →  ⊢ 0,3  (2 failed, 1 merged, 4 cycles)
      └─ fillSmall  →  ⊢ 3,3  (2 failed, 1 merged, 4 cycles)
         └─ smallToBig  →  ⊢ 1,5  (2 failed, 2 merged, 3 cycles)
            └─ emptyBig  →  ⊢ 1,0  (2 failed, 5 cycles)
               └─ smallToBig  →  ⊢ 0,1  (2 failed, 1 merged, 4 cycles)
                  └─ fillSmall  →  ⊢ 3,1  (not expanded)
`.trim(),
  )
})

test('a tree too big for its lines is cut, never the proof', async () => {
  const tree = await searched(words, '.', wordPolicy)
  const lines = renderTreeText(tree, 20).split('\n')
  expect(lines.length).toBe(20)
  expect(lines.at(-1)).toMatch(/^… \d+ more not shown$/)
  expect(lines.filter((line) => line.includes('* ')).length).toBe(7)
  expect(renderTreeText(tree, 1).split('\n').length).toBe(8)
})

test('a view shows the proof and the likeliest rest, and counts what it leaves out', async () => {
  const tree = await searched(words, '.', wordPolicy)
  const whole = viewTree(tree, Number.POSITIVE_INFINITY)
  expect([whole.shown, whole.hidden]).toEqual([tree.counts.nodes + 1, 0])
  const view = viewTree(tree, 30)
  expect([view.shown, view.hidden]).toEqual([30, tree.counts.nodes + 1 - 30])
  expect(view.proof).toEqual(['b', 'b', 'b', 'b', 'b', 'end'])
  const script: (string | undefined)[] = []
  for (let at = view.root.children.find((child) => child.onProof); at !== undefined; ) {
    script.push(at.edge?.tactic)
    at = at.children.find((child) => child.onProof)
  }
  expect(script).toEqual(view.proof)
})

test('the proof that was verified is the one shown, also where a shorter way is known', () => {
  const tree = createTree(state('a'))
  const b = tree.add(tree.root, 'ab', -1, { kind: 'open', state: state('b') }).outcome
  if (b.kind !== 'open') throw new Error('not open')
  const c = tree.add(b.node, 'bc', -1, { kind: 'open', state: state('c') }).outcome
  if (c.kind !== 'open') throw new Error('not open')
  tree.judge(tree.add(c.node, 'end', -1, { kind: 'finished' }), {
    kind: 'accepted',
    proof: { tactics: ['ab', 'bc', 'end'] },
  })
  tree.add(tree.root, 'ac', -1, { kind: 'open', state: state('c') })
  checkTree(tree)
  expect(renderTreeText(tree, 9)).toBe(
    ['* ⊢ a  (1 merged)', '└─ * ab  →  ⊢ b', '   └─ * bc  →  ⊢ c', '      └─ * end  →  proof verified'].join('\n'),
  )
})

test('the picture is well-formed XML, whatever the goals and tactics hold', () => {
  const svg = renderTreeSvg(nasty(), { title: '<&>' })
  expect(elements(svg).filter(({ name }) => name === 'svg').length).toBe(1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
  expect(svg).not.toMatch(/[\u0000\ud800]/)
  expect(svg).toContain('3 failed tactics:')
  expect(svg).toContain('○ no goals left')
  expect(svg).not.toContain('not verified')
  expect(svg).toContain('✗ refused')
  expect(svg.match(/https?:/g)).toEqual(['http:'])
})

test('no box covers another, and labels stay between boxes', async () => {
  for (const tree of [nasty(), await searched(jugs, '0,0'), await searched(words, '.', wordPolicy)]) {
    const svg = renderTreeSvg(tree)
    const boxes = [
      ...svg.matchAll(/class="place" transform="translate\((\S+) (\S+)\)">.*?width="(\d+)" height="(\d+)"/gs),
    ].map((match) => match.slice(1).map(Number) as [number, number, number, number])
    expect(boxes.length).toBe(viewTree(tree, 150).shown)
    for (const [i, [x, y, w, h]] of boxes.entries())
      for (const [x2, y2, w2, h2] of boxes.slice(i + 1))
        expect(x + w <= x2 || x2 + w2 <= x || Math.abs(y - y2) >= (h + h2) / 2).toBe(true)
    const labels = [...svg.matchAll(/class="tactic[^"]*" x="(\d+)" y="(\S+)">([^<]*)</g)]
    expect(labels.length).toBe(boxes.length - 1)
    const columns = [...new Set(boxes.map(([x]) => x))]
    for (const [, x, , label] of labels) {
      const next = Math.min(...columns.filter((column) => column > Number(x)))
      expect(Number(x) + (label as string).replace(/&\S+?;/g, '_').length * 6.3).toBeLessThanOrEqual(next)
    }
  }
})

test('a proof is one straight row, and links cross no box', async () => {
  for (const tree of [await searched(jugs, '0,0'), await searched(words, '.', wordPolicy)]) {
    const places = layoutTree(viewTree(tree, 150).root)
    const proof = places.filter(({ node }) => node.onProof)
    expect(proof.length).toBeGreaterThan(5)
    expect([...new Set(proof.map(({ row }) => row))]).toEqual([0])
    expect(new Set(places.map(({ column, row }) => `${column}/${row}`)).size).toBe(places.length)
    // A link goes down in front of its column, then straight to its place: nothing may stand between.
    for (const { parent, row, column } of places)
      if (parent !== undefined) expect([column, row >= parent.row]).toEqual([parent.column + 1, true])
  }
})

test('siblings that begin alike are labelled by what they differ in', () => {
  const inductions = ['simp', 'omega', 'grind'].map((end) => `induction n with | zero => rfl | succ k ih => ${end}`)
  const labels = siblingLabels([...inductions, 'omega'], 22)
  expect(new Set(labels).size).toBe(4)
  expect(labels[3]).toBe('omega')
  for (const label of labels) expect([...label].length).toBeLessThanOrEqual(22)
  expect(labels[1]).toMatch(/^induct.*…=> omega$/)
})

test('a reader opens and closes what is below a state, and finds the way to any', async () => {
  const tree = await searched(words, '.', wordPolicy)
  const whole = viewTree(tree, Number.POSITIVE_INFINITY).shown
  const { key } = tree.root.state
  const closed = viewTree(tree, 30, { opened: new Set(), closed: new Set([key]) })
  expect([closed.shown, closed.shown + closed.hidden]).toEqual([1, whole])
  const last = [...tree.nodes()].at(-1) as (typeof tree)['root']
  const above = statesAbove(tree, last)
  expect(above[0]).toBe(tree.root)
  const opened = viewTree(tree, 1, { opened: new Set(above.map(({ state }) => state.key)), closed: new Set() })
  const keys = layoutTree(opened.root).map(({ node }) => (node.item.kind === 'state' ? node.item.node.id : -1))
  expect(keys).toContain(last.id)
})

test('a big tree is cut and says so', async () => {
  const svg = renderTreeSvg(await searched(words, '.', wordPolicy), { maxNodes: 25 })
  expect(svg.match(/class="place"/g)?.length).toBe(25)
  expect(svg).toMatch(/25 places shown, \d+ less likely ones not shown/)
  expect(svg).toContain('proof verified')
})

test('a tree that was never searched is a picture too', () => {
  const tree = createTree(state('a'))
  expect(renderTreeText(tree, 5)).toBe('⊢ a  (not expanded)')
  expect(elements(renderTreeSvg(tree)).filter(({ attributes }) => attributes.includes('"place"')).length).toBe(1)
})
