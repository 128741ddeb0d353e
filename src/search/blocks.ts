export const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ')

/** Tactics that prove one goal of several, as one tactic. */
export const bullet = (block: readonly string[]): string => `· ${indent(block.join('\n')).trimStart()}`
