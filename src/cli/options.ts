/** Flags of several commands: one name, one default, one sentence. */
export const LEAN_FLAG = [
  '--lean <project>',
  'use the toolchain and libraries of a Lake project; see `hedge doctor --lean`',
] as const
