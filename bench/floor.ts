/** One-line closers of core Lean: what no search at all proves. */
export const floorTactics: readonly string[] = [
  'rfl',
  'decide',
  'omega',
  'simp',
  'simp_all',
  'grind',
  'intros; rfl',
  'intros; decide',
  'intros; omega',
  'intros; simp',
  'intros; simp_all',
  'intros; grind',
]
