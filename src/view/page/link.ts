import { h } from './dom.ts'

/** A line that is there while the server does not answer. */
export function linkLost(): { readonly element: HTMLElement; say(connected: boolean): void } {
  const element = h('p', {
    class: 'warning',
    role: 'status',
    hidden: true,
    text: 'The server does not answer: this is what it said last. The page goes on by itself when it is back.',
  })
  return {
    element,
    say(connected) {
      element.hidden = connected
    },
  }
}
