/** The axioms of Lean's own logic; whatever else a proof rests on is refused. */
export const ALLOWED_AXIOMS: ReadonlySet<string> = new Set(['propext', 'Quot.sound', 'Classical.choice'])
