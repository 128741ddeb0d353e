import type { ShownProof, TheoremPage } from '../data.ts'
import { checkAgain } from './check.ts'
import { dataTable } from './data-table.ts'
import { h } from './dom.ts'
import { type PageHead, pageHead } from './head.ts'
import { linkLost } from './link.ts'
import type { View } from './main.ts'
import { runLink } from './runs-view.ts'
import type { Source } from './source.ts'
import { treeView } from './tree/tree-view.ts'
import { outcomeClass } from './words.ts'

/** One theorem: what it says, whether and how it is proved, what was refused, and the search. */
export function theoremView(source: Source, run: string, position: number): View {
  const lost = linkLost()
  const head = pageHead()
  const main = h('div')
  const tree = treeView({ isLive: source.isLive, isAlone: false, title: '' })
  let last = ''
  const show = (page: TheoremPage) => {
    document.title = `${page.name} - hedge`
    showHeading(head, page, run)
    // Whatever is being read or checked is not drawn anew for passes that ran meanwhile.
    const { members, ...rest } = page
    const text = JSON.stringify(rest)
    if (text !== last) main.replaceChildren(...parts(page, source, run, position))
    last = text
    const table = main.querySelector('.members-of-theorem')
    table?.replaceChildren(memberTable(page))
  }
  const end = source.watch(run, position, {
    connected: lost.say,
    theorem: show,
    tree: ({ record }) => tree.show(record),
    problem: (problem) => main.replaceChildren(h('p', { class: 'warning', role: 'alert', text: problem })),
  })
  const element = h(
    'div',
    {},
    h('header', {}, head.element, lost.element),
    h('main', { id: 'main' }, main, h('h2', { text: 'Search' }), tree.element),
  )
  return { element, end }
}

function showHeading(head: PageHead, { name, outcome, position, count }: TheoremPage, run: string): void {
  const step = (to: number, text: string) =>
    to >= 0 && to < count && h('a', { href: `${runLink(run)}/${to}`, class: 'step', text })
  head.show(
    [h('a', { href: runLink(run) }, '← all theorems'), step(position - 1, 'previous'), step(position + 1, 'next')],
    [name, ' ', h('span', { class: `badge ${outcomeClass(outcome)}`, text: outcome })],
  )
}

function parts(page: TheoremPage, source: Source, run: string, position: number): HTMLElement[] {
  const { header, statement, message, proofs, refusals, outcome, exported } = page
  const [proof, ...others] = proofs
  const bring = exported ? () => source.exported(run, position) : undefined
  const parts: (HTMLElement | false)[] = [
    message !== '' &&
      h(
        'section',
        { class: 'card trouble', 'aria-label': 'Error' },
        h('h3', { text: outcome }),
        h('pre', { class: 'refusal', text: message }),
      ),
    h(
      'div',
      { class: 'cards' },
      h(
        'section',
        { class: 'card', 'aria-label': 'Statement' },
        h('h3', { text: 'Statement' }),
        h('pre', { tabindex: 0, text: statement }),
        header.trim() !== '' &&
          h(
            'details',
            {},
            h('summary', { text: 'What stands before it' }),
            h('pre', { tabindex: 0, text: header.trim() }),
          ),
        h('div', { class: 'members-of-theorem' }),
      ),
      proof === undefined ? noProof(page) : proofCard(proof, page, bring),
    ),
    others.length > 0 &&
      h(
        'details',
        { class: 'card' },
        h('summary', { text: `${others.length} more verified ${others.length === 1 ? 'proof' : 'proofs'}` }),
        ...others.map(({ source, kernels }) =>
          h(
            'div',
            {},
            h('pre', { tabindex: 0, text: withoutHeader(source, header) }),
            h('p', { class: 'note', text: kernels }),
          ),
        ),
      ),
    refusals.length > 0 &&
      h(
        'section',
        { class: 'card trouble', 'aria-label': 'Refused scripts' },
        h('h3', { text: 'Finished scripts that the verifier refused' }),
        ...refusals.map(({ tactics, reason, messages, member }) =>
          h(
            'div',
            { class: 'refused-script' },
            h('p', {}, h('b', { text: reason }), h('span', { class: 'note', text: ` · by ${member}` })),
            h('pre', { tabindex: 0, text: tactics.join('\n') }),
            messages.length > 0 &&
              h(
                'details',
                {},
                h('summary', { text: 'What Lean said' }),
                h('pre', { tabindex: 0, text: messages.join('\n\n') }),
              ),
          ),
        ),
      ),
  ]
  return parts.filter((part): part is HTMLElement => part !== false)
}

function noProof({ outcome }: TheoremPage): HTMLElement {
  const text =
    outcome === 'open' || outcome === 'under way' ? 'No proof has been found so far.' : 'No verified proof was found.'
  return h(
    'section',
    { class: 'card', 'aria-label': 'Proof' },
    h('h3', { text: 'Proof' }),
    h('p', { class: 'note', text }),
  )
}

function proofCard(proof: ShownProof, page: TheoremPage, bring: (() => Promise<Uint8Array>) | undefined): HTMLElement {
  const axioms =
    proof.axioms.length === 0 ? 'no axioms beyond those of the library' : `axioms: ${proof.axioms.join(', ')}`
  const kernels = proof.kernels === '' ? '' : `; ${proof.kernels}`
  return h(
    'section',
    { class: 'card', 'aria-label': 'Proof' },
    h('h3', { text: 'Proof' }),
    h('pre', { tabindex: 0, class: 'proof', text: withoutHeader(proof.source, page.header) }),
    h('p', { class: 'verdict good', text: `✓ Verified by Lean in processes of its own: ${axioms}${kernels}.` }),
    checkAgain(bring, page, 'hedge proofs export run.sqlite --check --exports'),
  )
}

/** What stands before a theorem in its file is not shown again. */
function withoutHeader(source: string, header: string): string {
  const head = header.trim()
  return (source.startsWith(head) ? source.slice(head.length) : source).trim()
}

function memberTable({ members }: TheoremPage): HTMLElement {
  return dataTable({
    title: 'Who worked on it',
    head: ['', 'passes', 'passes that proved it', 'seconds'],
    rows: members.map(({ name, passes, proved, seconds }) => [name, passes, proved, seconds]),
  })
}
