import type { MemberPart } from '../data.ts'
import { h } from './dom.ts'
import { duration, percent } from './words.ts'

const KINDS = [
  ['leanMs', 'Lean', '#0072b2'],
  ['policyMs', 'policy', '#e69f00'],
  ['verifierMs', 'verifier', '#009e73'],
] as const

/** Where the time goes: one bar for each member, as long as its share of the longest. The table below has the numbers. */
export function timePlot(parts: readonly MemberPart[]): HTMLElement {
  const sum = (part: MemberPart) => part.leanMs + part.policyMs + part.verifierMs
  const most = Math.max(1, ...parts.map(sum))
  const whole = parts.reduce((total, part) => total + sum(part), 0)
  const bars = parts.map((part) => {
    const pieces = KINDS.map(([key, name, colour]) =>
      h('i', {
        style: `width:${(100 * part[key]) / most}%;background:${colour}`,
        title: `${name}: ${duration(part[key])}`,
      }),
    )
    const text = KINDS.map(([key, name]) => `${name} ${duration(part[key])}`).join(', ')
    return h(
      'div',
      { class: 'time-row', role: 'img', 'aria-label': `${part.name}: ${text}` },
      h('span', { class: 'time-name', text: part.name }),
      h('span', { class: 'time-bar' }, ...pieces),
      h('span', { class: 'time-sum', text: duration(sum(part)) }),
    )
  })
  const legend = KINDS.map(([key, name, colour]) => {
    const share = parts.reduce((total, part) => total + part[key], 0) / Math.max(1, whole)
    return h(
      'span',
      { class: 'key' },
      h('i', { style: `background:${colour}` }),
      `${name} ${whole > 0 ? percent(share) : ''}`,
    )
  })
  return h(
    'section',
    { class: 'card', 'aria-label': 'Where the time goes' },
    h('h3', { text: 'Where the time goes' }),
    ...bars,
    h('p', { class: 'legend' }, ...legend),
  )
}
