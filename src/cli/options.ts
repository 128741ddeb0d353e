/** Flags of several commands: one name, one default, one sentence. */
export const LEAN_FLAG = [
  '--lean <project>',
  'use the toolchain and libraries of a Lake project; see `hedge doctor --lean`',
] as const

export const ROOT_FLAG = [
  '--root <folder>',
  'where the files that a file imports begin (default: the nearest folder above it that has the first of them)',
] as const
