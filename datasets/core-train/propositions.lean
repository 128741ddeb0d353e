/-! # Propositional logic -/

/-! ## Conjunction, disjunction, implication -/

theorem conj_rotate_left (p q r : Prop) (h : p ∧ q ∧ r) : q ∧ r ∧ p := by
  obtain ⟨hp, hq, hr⟩ := h
  refine ⟨hq, hr, ?_⟩
  exact hp

theorem conj_regroup (p q r s : Prop) : (p ∧ q) ∧ (r ∧ s) → (p ∧ r) ∧ (q ∧ s) := by
  intro h
  rcases h with ⟨⟨hp, hq⟩, hr, hs⟩
  constructor
  · exact ⟨hp, hr⟩
  · exact ⟨hq, hs⟩

theorem conj_middle (p q r : Prop) (h : (p ∧ q) ∧ r) : q := by
  have hpq := h.left
  exact hpq.right

theorem conj_map_both (p q r s : Prop) (f : p → r) (g : q → s) (h : p ∧ q) : r ∧ s := by
  constructor
  · apply f
    exact h.1
  · apply g
    exact h.2

theorem disj_rotate (p q r : Prop) (h : p ∨ q ∨ r) : r ∨ p ∨ q := by
  rcases h with hp | hq | hr
  · right
    left
    exact hp
  · right
    right
    exact hq
  · left
    exact hr

theorem disj_collapse (p q : Prop) (h : (p ∨ q) ∨ p) : q ∨ p := by
  rcases h with hpq | hp
  · rcases hpq with hp | hq
    · exact Or.inr hp
    · exact Or.inl hq
  · right
    assumption

theorem disj_map_both (p q r s : Prop) (f : p → r) (g : q → s) : p ∨ q → r ∨ s := by
  intro h
  cases h with | inl hp => ?_ | inr hq => ?_
  · left
    exact f hp
  · right
    exact g hq

theorem disj_common_consequence (p q r : Prop) (hp : p → r) (hq : q → r) (h : q ∨ p) : r := by
  cases h with
  | inl h =>
    exact hq h
  | inr h =>
    exact hp h

theorem conj_over_disj_left (p q r : Prop) (hp : p) (h : q ∨ r) : (p ∧ q) ∨ (p ∧ r) := by
  rcases h with hq | hr
  · left
    constructor <;> assumption
  · right
    exact ⟨hp, hr⟩

theorem disj_over_conj_right (p q r : Prop) : (q ∧ r) ∨ p ↔ (q ∨ p) ∧ (r ∨ p) := by
  constructor
  · intro h
    rcases h with ⟨hq, hr⟩ | hp
    · exact ⟨Or.inl hq, Or.inl hr⟩
    · exact ⟨Or.inr hp, Or.inr hp⟩
  · intro h
    obtain ⟨hqp, hrp⟩ := h
    rcases hqp with hq | hp
    · rcases hrp with hr | hp
      · left
        exact ⟨hq, hr⟩
      · right
        exact hp
    · right
      exact hp

theorem imp_three_steps (p q r s : Prop) (f : p → q) (g : q → r) (k : r → s) : p → s := by
  intro hp
  apply k
  apply g
  apply f
  exact hp

theorem imp_through_conj (p q r : Prop) (h : p ∧ q → r) (hq : q) : p → r := by
  intro hp
  apply h
  constructor
  · exact hp
  · exact hq

theorem imp_curry (p q r s : Prop) (h : p ∧ q ∧ r → s) : p → q → r → s := by
  intro hp hq hr
  exact h ⟨hp, hq, hr⟩

theorem imp_uncurry (p q r : Prop) (h : p → q → r) : q ∧ p → r := by
  intro hqp
  obtain ⟨hq, hp⟩ := hqp
  exact h hp hq

theorem imp_of_disj_imp (p q r : Prop) (h : p ∨ q → r) : (p → r) ∧ (q → r) := by
  refine ⟨?_, ?_⟩
  · intro hp
    apply h
    left
    exact hp
  · intro hq
    apply h
    right
    exact hq

theorem imp_self_apply (p q : Prop) (h : p → p → q) (hp : p) : q := by
  specialize h hp
  exact h hp

theorem imp_diamond (p q r s : Prop) (f : p → q) (g : p → r) (k : q → r → s) (hp : p) : s := by
  have hq := f hp
  have hr := g hp
  exact k hq hr

theorem imp_distributes_over_conj (p q r : Prop) : (p → q ∧ r) ↔ (p → q) ∧ (p → r) := by
  constructor
  · intro h
    constructor
    · intro hp
      exact (h hp).1
    · intro hp
      exact (h hp).2
  · intro h hp
    exact ⟨h.1 hp, h.2 hp⟩

theorem imp_premise_weaken (p q r : Prop) (h : p → r) : p ∧ q → r := by
  intro hpq
  have hp := hpq.left
  exact h hp

theorem conj_with_consequence (p q : Prop) (h : p → q) : p ↔ p ∧ q := by
  constructor
  · intro hp
    exact ⟨hp, h hp⟩
  · intro hpq
    exact hpq.left

theorem disj_absorbs_conj (p q : Prop) : p ∨ (q ∧ p) ↔ p := by
  constructor
  · intro h
    cases h with
    | inl hp => exact hp
    | inr hqp => exact hqp.2
  · intro hp
    left
    exact hp

theorem conj_absorbs_disj (p q : Prop) : (q ∨ p) ∧ p ↔ p := by
  constructor
  · intro h
    exact h.right
  · intro hp
    refine ⟨?_, hp⟩
    right
    assumption

/-! ## Negation -/

theorem neg_of_imp_neg (p : Prop) (h : p → ¬p) : ¬p := by
  intro hp
  exact h hp hp

theorem contraposition (p q : Prop) (h : p → q) : ¬q → ¬p := by
  intro hnq hp
  apply hnq
  exact h hp

theorem contraposition_swapped (p q : Prop) (h : p → ¬q) : q → ¬p := by
  intro hq hp
  have hnq := h hp
  contradiction

theorem neg_conj_of_neg_left (p q : Prop) (h : ¬p) : ¬(p ∧ q) := by
  intro hpq
  apply h
  exact hpq.left

theorem neg_disj_parts (p q : Prop) (h : ¬(p ∨ q)) : ¬q ∧ ¬p := by
  constructor
  · intro hq
    apply h
    right
    exact hq
  · intro hp
    apply h
    left
    exact hp

theorem neg_conj_as_imp (p q : Prop) : ¬(p ∧ q) ↔ (q → ¬p) := by
  constructor
  · intro h hq hp
    exact h ⟨hp, hq⟩
  · intro h hpq
    obtain ⟨hp, hq⟩ := hpq
    exact h hq hp

theorem disj_resolve_first (p q : Prop) (h : p ∨ q) (hp : ¬p) : q := by
  rcases h with h | h
  · exfalso
    exact hp h
  · exact h

theorem disj_resolve_middle (p q r : Prop) (h : p ∨ q ∨ r) (hq : ¬q) : p ∨ r := by
  rcases h with hp | hq' | hr
  · left
    exact hp
  · exact absurd hq' hq
  · right
    exact hr

theorem anything_from_conflict (p q r : Prop) (h : p ∧ q) (k : q → ¬p) : r := by
  obtain ⟨hp, hq⟩ := h
  exfalso
  apply k hq
  exact hp

theorem triple_negation (p : Prop) : ¬¬¬p → ¬p := by
  intro h hp
  apply h
  intro hnp
  exact hnp hp

theorem double_negation_of_conj (p q : Prop) (h : ¬¬(p ∧ q)) : ¬¬p ∧ ¬¬q := by
  constructor
  · intro hnp
    apply h
    intro hpq
    exact hnp hpq.1
  · intro hnq
    apply h
    intro hpq
    exact hnq hpq.2

theorem double_negation_of_imp (p q : Prop) (h : p → q) (k : ¬¬p) : ¬¬q := by
  intro hnq
  apply k
  intro hp
  exact hnq (h hp)

theorem excluded_middle_irrefutable (p : Prop) : ¬¬(p ∨ ¬p) := by
  intro h
  apply h
  right
  intro hp
  apply h
  left
  exact hp

theorem neg_iff_self (p : Prop) : ¬(p ↔ ¬p) := by
  intro h
  have hnp : ¬p := fun hp => h.1 hp hp
  exact hnp (h.2 hnp)

theorem neg_imp_parts (p q : Prop) (h : ¬(p → q)) : ¬q := by
  intro hq
  apply h
  intro _
  exact hq

theorem false_premise (p q : Prop) (h : p → False) : p → q := by
  intro hp
  exact (h hp).elim

/-! ## Classical reasoning -/

theorem classical_double_negation (p : Prop) (h : ¬¬p) : p := by
  by_cases hp : p
  · exact hp
  · contradiction

theorem classical_contraposition (p q : Prop) (h : ¬q → ¬p) : p → q := by
  intro hp
  by_cases hq : q
  · exact hq
  · exfalso
    exact h hq hp

theorem imp_as_disj (p q : Prop) : (p → q) ↔ ¬p ∨ q := by
  constructor
  · intro h
    by_cases hp : p
    · right
      exact h hp
    · left
      exact hp
  · intro h hp
    rcases h with hnp | hq
    · contradiction
    · exact hq

theorem neg_imp_as_conj (p q : Prop) : ¬(p → q) ↔ p ∧ ¬q := by
  constructor
  · intro h
    by_cases hp : p
    · refine ⟨hp, ?_⟩
      intro hq
      exact h fun _ => hq
    · exfalso
      apply h
      intro hp'
      contradiction
  · intro h k
    exact h.2 (k h.1)

theorem neg_conj_as_disj (p q : Prop) (h : ¬(p ∧ q)) : ¬p ∨ ¬q := by
  by_cases hp : p
  · right
    intro hq
    exact h ⟨hp, hq⟩
  · left
    exact hp

theorem peirce_formula (p q : Prop) : ((p → q) → p) → p := by
  intro h
  by_cases hp : p
  · exact hp
  · apply h
    intro hp'
    contradiction

theorem linear_order_of_props (p q : Prop) : (p → q) ∨ (q → p) := by
  by_cases hq : q
  · left
    intro _
    exact hq
  · right
    intro hq'
    exact absurd hq' hq

theorem cases_on_other (p q : Prop) (h : p → q) (k : ¬p → q) : q := by
  by_cases hp : p
  · exact h hp
  · exact k hp

theorem disj_imp_split (p q r : Prop) (h : p → q ∨ r) : (p → q) ∨ (p → r) := by
  by_cases hp : p
  · rcases h hp with hq | hr
    · left
      intro _
      exact hq
    · right
      intro _
      exact hr
  · left
    intro hp'
    exact absurd hp' hp

theorem exclusive_cases (p q : Prop) (h : ¬p ∨ ¬q) (k : p ∨ q) : (p ∧ ¬q) ∨ (q ∧ ¬p) := by
  rcases k with hp | hq
  · left
    refine ⟨hp, fun hq => ?_⟩
    rcases h with hnp | hnq
    · exact hnp hp
    · exact hnq hq
  · right
    constructor
    · exact hq
    · intro hp
      simp_all

/-! ## Equivalence -/

theorem iff_swap (p q : Prop) (h : p ↔ q) : q ↔ p := by
  constructor
  · exact h.2
  · exact h.1

theorem iff_chain (p q r : Prop) (h : p ↔ q) (k : r ↔ q) : p ↔ r := by
  rw [h]
  exact k.symm

theorem iff_negations (p q : Prop) (h : p ↔ q) : ¬q ↔ ¬p := by
  constructor
  · intro hnq hp
    exact hnq (h.mp hp)
  · intro hnp hq
    exact hnp (h.mpr hq)

theorem iff_of_both (p q : Prop) (hp : p) (hq : q) : p ↔ q := by
  constructor
  · intro _
    exact hq
  · intro _
    exact hp

theorem iff_conj_same_left (p q r : Prop) (h : p → (q ↔ r)) : p ∧ q ↔ p ∧ r := by
  constructor
  · intro hpq
    obtain ⟨hp, hq⟩ := hpq
    exact ⟨hp, (h hp).1 hq⟩
  · intro hpr
    obtain ⟨hp, hr⟩ := hpr
    refine ⟨hp, ?_⟩
    rw [h hp]
    exact hr

theorem iff_rewrite_disj (p q r : Prop) (h : p ↔ q) (k : q ∨ r) : r ∨ p := by
  rw [← h] at k
  exact k.symm

theorem iff_true_side (p : Prop) (h : p ↔ True) : p := by
  rw [h]
  trivial

theorem iff_false_side (p q : Prop) (h : p ↔ False) : p → q := by
  intro hp
  rw [h] at hp
  cases hp

theorem iff_cases (p q : Prop) (h : p ↔ q) : (p ∧ q) ∨ (¬p ∧ ¬q) := by
  by_cases hp : p
  · left
    exact ⟨hp, h.1 hp⟩
  · right
    refine ⟨hp, ?_⟩
    rw [← h]
    exact hp

theorem iff_imp_congr (p q r s : Prop) (h : p ↔ q) (k : r ↔ s) (f : p → r) : q → s := by
  intro hq
  apply k.1
  apply f
  exact h.2 hq

theorem prop_equality_gives_iff (p q : Prop) (h : p = q) : q → p := by
  subst h
  intro hp
  exact hp

theorem prop_ext_conj (p q : Prop) : (p ∧ q) = (q ∧ p) := by
  apply propext
  constructor
  · intro h
    exact h.symm
  · intro h
    exact h.symm
