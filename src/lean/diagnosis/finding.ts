/** What `hedge doctor` has found out about one thing; `remedy` is a command, or what to do. */
export type Finding = {
  readonly what: string
  readonly state: 'ok' | 'note' | 'bad'
  readonly detail: string
  readonly remedy?: string
}
