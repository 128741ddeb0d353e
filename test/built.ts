import { pathToFileURL } from 'node:url'

/** Where the JavaScript that tests start stands, from the root; as far below it as what it is made of. */
export const BUILT = {
  sources: '.built',
  test: '.built-test',
  bench: '.built-bench',
  mark: '.built/made',
} as const

/** The command line, for `node`. */
export const HEDGE = `${BUILT.sources}/cli/main.js`

/** The URL of the JavaScript that was made of a file of `src/`. */
export const builtPath = (file: string): string =>
  pathToFileURL(file.replace(/\/src\/(?!.*\/src\/)/, `/${BUILT.sources}/`).replace(/\.ts$/, '.js')).href
