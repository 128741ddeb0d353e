/** Who has accepted a proof beside Lean's kernel: the second kernel, or it reached one of its limits. Times in milliseconds. */
export type Kernels = {
  readonly leanMs: number
  readonly own:
    | { readonly kind: 'accepted'; readonly ms: number }
    | { readonly kind: 'unfinished'; readonly limit: string; readonly ms: number }
}

/** As a clause; nothing is said where nobody asked a second kernel. */
export function kernelsText(kernels: Kernels | undefined): string {
  if (kernels === undefined) return ''
  return kernels.own.kind === 'accepted'
    ? 'checked by two kernels'
    : `checked by Lean's kernel alone (ours reached its limit of ${kernels.own.limit})`
}
