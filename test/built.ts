/** Where the JavaScript that tests start stands, from the root; as far below it as what it is made of. */
export const BUILT = {
  sources: '.built',
  test: '.built-test',
  bench: '.built-bench',
  mark: '.built/made',
} as const

/** The command line, for `node`. */
export const HEDGE = `${BUILT.sources}/cli/main.js`
