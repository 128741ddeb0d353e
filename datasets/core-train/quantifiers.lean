/-! # Quantifiers -/

/-! ## For all -/

theorem forall_conj_left (α : Type) (p q : α → Prop) (h : ∀ x, p x ∧ q x) : ∀ x, p x := by
  intro x
  exact (h x).1

theorem forall_of_parts (α : Type) (p q : α → Prop) (h : ∀ x, p x) (k : ∀ x, q x) : ∀ x, q x ∧ p x := by
  intro x
  constructor
  · exact k x
  · exact h x

theorem forall_modus_ponens (α : Type) (p q : α → Prop) (h : ∀ x, p x → q x) (k : ∀ x, p x) : ∀ y, q y := by
  intro y
  apply h
  apply k

theorem forall_chain (α : Type) (p q r : α → Prop) (h : ∀ x, p x → q x) (k : ∀ x, q x → r x) (a : α) (ha : p a) : r a := by
  have hq := h a ha
  exact k a hq

theorem forall_swap_arguments (α β : Type) (r : α → β → Prop) (h : ∀ x y, r x y) : ∀ y x, r x y := by
  intro y x
  exact h x y

theorem forall_diagonal (α : Type) (r : α → α → Prop) (h : ∀ x y, r x y) (a : α) : r a a := by
  specialize h a
  exact h a

theorem forall_of_disj (α : Type) (p q : α → Prop) (h : (∀ x, p x) ∨ (∀ x, q x)) : ∀ x, p x ∨ q x := by
  intro x
  rcases h with hp | hq
  · left
    exact hp x
  · right
    exact hq x

theorem forall_constant_premise (α : Type) (c : Prop) (p : α → Prop) : (∀ x, c → p x) ↔ (c → ∀ x, p x) := by
  constructor
  · intro h hc x
    exact h x hc
  · intro h x hc
    exact h hc x

theorem forall_eq_instance (α : Type) (p : α → Prop) (a : α) (h : ∀ x, x = a → p x) : p a := by
  apply h
  rfl

theorem forall_eq_converse (α : Type) (p : α → Prop) (a : α) (ha : p a) : ∀ x, x = a → p x := by
  intro x hx
  subst hx
  exact ha

theorem forall_iff_transport (α : Type) (p q : α → Prop) (h : ∀ x, p x ↔ q x) : (∀ x, p x) → ∀ x, q x := by
  intro hp x
  rw [← h x]
  exact hp x

theorem forall_nat_zero_and_succ (p : Nat → Prop) (h0 : p 0) (h1 : ∀ n, p (n + 1)) : ∀ n, p n := by
  intro n
  cases n with
  | zero => exact h0
  | succ k => exact h1 k

theorem forall_bool_cases (p : Bool → Prop) (ht : p true) (hf : p false) : ∀ b, p b := by
  intro b
  cases b
  · exact hf
  · exact ht

theorem forall_two_step_induction (p : Nat → Prop) (h0 : p 0) (h1 : p 1) (h : ∀ n, p n → p (n + 2)) (n : Nat) :
    p n ∧ p (n + 1) := by
  induction n with
  | zero => exact ⟨h0, h1⟩
  | succ k ih =>
    obtain ⟨hk, hk1⟩ := ih
    refine ⟨hk1, ?_⟩
    exact h k hk

theorem forall_descend_to_zero (p : Nat → Prop) (h : ∀ n, p (n + 1) → p n) (n : Nat) (hn : p n) : p 0 := by
  induction n with | zero => ?_ | succ k ih => ?_
  · exact hn
  · apply ih
    apply h
    exact hn

theorem forall_no_counterexample (α : Type) (p : α → Prop) (h : ¬∃ x, ¬p x) : ∀ x, p x := by
  intro x
  by_cases hx : p x
  · exact hx
  · exfalso
    apply h
    exact ⟨x, hx⟩

/-! ## There is -/

theorem exists_conj_swap (α : Type) (p q : α → Prop) (h : ∃ x, p x ∧ q x) : ∃ x, q x ∧ p x := by
  obtain ⟨x, hp, hq⟩ := h
  exact ⟨x, hq, hp⟩

theorem exists_weaken (α : Type) (p q : α → Prop) (h : ∀ x, p x → q x) : (∃ x, p x) → ∃ x, q x := by
  intro hex
  obtain ⟨x, hx⟩ := hex
  exists x
  exact h x hx

theorem exists_disj_split (α : Type) (p q : α → Prop) (h : ∃ x, p x ∨ q x) : (∃ x, p x) ∨ ∃ x, q x := by
  obtain ⟨x, hp | hq⟩ := h
  · left
    exact ⟨x, hp⟩
  · right
    exact ⟨x, hq⟩

theorem exists_disj_join (α : Type) (p q : α → Prop) (h : (∃ x, p x) ∨ ∃ x, q x) : ∃ x, p x ∨ q x := by
  rcases h with ⟨x, hp⟩ | ⟨x, hq⟩
  · refine ⟨x, ?_⟩
    left
    exact hp
  · refine ⟨x, ?_⟩
    right
    exact hq

theorem exists_swap_order (α β : Type) (r : α → β → Prop) : (∃ x, ∃ y, r x y) → ∃ y, ∃ x, r x y := by
  intro h
  obtain ⟨x, y, hxy⟩ := h
  exact ⟨y, x, hxy⟩

theorem exists_forall_exchange (α β : Type) (r : α → β → Prop) (h : ∃ x, ∀ y, r x y) : ∀ y, ∃ x, r x y := by
  intro y
  obtain ⟨x, hx⟩ := h
  exists x
  exact hx y

theorem exists_elim_constant (α : Type) (p : α → Prop) (c : Prop) (h : ∀ x, p x → c) : (∃ x, p x) → c := by
  intro hex
  cases hex with
  | intro x hx =>
    apply h x
    exact hx

theorem exists_conj_constant (α : Type) (p : α → Prop) (c : Prop) : (∃ x, c ∧ p x) ↔ c ∧ ∃ x, p x := by
  constructor
  · intro h
    obtain ⟨x, hc, hx⟩ := h
    constructor
    · exact hc
    · exact ⟨x, hx⟩
  · intro h
    obtain ⟨hc, x, hx⟩ := h
    exact ⟨x, hc, hx⟩

theorem exists_equal_point (α : Type) (p : α → Prop) (a : α) : (∃ x, x = a ∧ p x) ↔ p a := by
  constructor
  · intro h
    obtain ⟨x, hx, hp⟩ := h
    rw [← hx]
    exact hp
  · intro ha
    exact ⟨a, rfl, ha⟩

theorem not_exists_gives_forall_not (α : Type) (p : α → Prop) (h : ¬∃ x, p x) : ∀ x, ¬p x := by
  intro x hx
  apply h
  exists x

theorem not_forall_gives_exists_not (α : Type) (p : α → Prop) (h : ¬∀ x, p x) : ∃ x, ¬p x := by
  apply Classical.byContradiction
  intro hne
  apply h
  intro x
  by_cases hx : p x
  · exact hx
  · exact absurd ⟨x, hx⟩ hne

theorem forall_not_refutes_exists (α : Type) (p : α → Prop) (h : ∀ x, ¬p x) : ¬∃ x, p x := by
  intro hex
  obtain ⟨x, hx⟩ := hex
  exact h x hx

theorem drinker_lemma (α : Type) (a : α) (p : α → Prop) : ∃ x, p x → ∀ y, p y := by
  by_cases h : ∀ y, p y
  · exact ⟨a, fun _ => h⟩
  · have hex : ∃ y, ¬p y := Classical.not_forall.mp h
    obtain ⟨y, hy⟩ := hex
    refine ⟨y, ?_⟩
    intro hy'
    contradiction

theorem exists_witness_transport (α β : Type) (f : α → β) (p : β → Prop) (h : ∃ x, p (f x)) : ∃ y, p y := by
  obtain ⟨x, hx⟩ := h
  refine ⟨f x, ?_⟩
  exact hx

theorem exists_choice_at_point (α β : Type) (r : α → β → Prop) (h : ∀ x, ∃ y, r x y) (a : α) : ∃ p : α × β, r p.1 p.2 := by
  obtain ⟨b, hb⟩ := h a
  exists (a, b)

theorem unique_witnesses_agree (α : Type) (p : α → Prop) (h : ∃ x, p x ∧ ∀ y, p y → y = x) (a b : α) (ha : p a) (hb : p b) :
    a = b := by
  obtain ⟨x, _, hu⟩ := h
  rw [hu a ha, hu b hb]

theorem exists_number_between (m n : Nat) (h : m + 1 < n) : ∃ k, m < k ∧ k < n := by
  refine ⟨m + 1, ?_, ?_⟩
  · exact Nat.lt_succ_self m
  · exact h

theorem exists_larger_even (n : Nat) : ∃ m, n < m ∧ m % 2 = 0 := by
  exists 2 * n + 2
  constructor
  · omega
  · omega

theorem exists_upper_bound_of_two (a b : Nat) : ∃ c, a ≤ c ∧ b ≤ c := by
  rcases Nat.le_total a b with h | h
  · exact ⟨b, h, Nat.le_refl b⟩
  · exact ⟨a, Nat.le_refl a, h⟩

theorem no_largest_natural : ¬∃ n : Nat, ∀ m, m ≤ n := by
  intro h
  obtain ⟨n, hn⟩ := h
  have hlt := hn (n + 1)
  exact Nat.not_succ_le_self n hlt

theorem no_function_onto_predicates (α : Type) (f : α → α → Prop) : ∃ g : α → Prop, ∀ x, f x ≠ g := by
  refine ⟨fun x => ¬f x x, ?_⟩
  intro x hx
  have h : f x x = ¬f x x := congrFun hx x
  simp at h

theorem barber_cannot_exist (α : Type) (shaves : α → α → Prop) : ¬∃ b, ∀ x, shaves b x ↔ ¬shaves x x := by
  intro h
  obtain ⟨b, hb⟩ := h
  have hbb := hb b
  by_cases k : shaves b b
  · exact hbb.1 k k
  · exact k (hbb.2 k)

/-! ## Relations -/

theorem symmetric_transitive_reflexive_on_domain (α : Type) (r : α → α → Prop) (hs : ∀ x y, r x y → r y x)
    (ht : ∀ x y z, r x y → r y z → r x z) (a b : α) (hab : r a b) : r a a := by
  apply ht a b a
  · exact hab
  · apply hs
    exact hab

theorem asymmetric_is_irreflexive (α : Type) (r : α → α → Prop) (h : ∀ x y, r x y → ¬r y x) (a : α) : ¬r a a := by
  intro ha
  exact h a a ha ha

theorem euclidean_reflexive_is_symmetric (α : Type) (r : α → α → Prop) (hr : ∀ x, r x x)
    (he : ∀ x y z, r x y → r x z → r y z) : ∀ x y, r x y → r y x := by
  intro x y hxy
  apply he x
  · exact hxy
  · exact hr x

theorem transitive_four_points (α : Type) (r : α → α → Prop) (ht : ∀ x y z, r x y → r y z → r x z) (a b c d : α)
    (hab : r a b) (hbc : r b c) (hcd : r c d) : r a d := by
  apply ht a c d
  · exact ht a b c hab hbc
  · assumption

theorem strict_part_is_transitive (α : Type) (r : α → α → Prop) (ht : ∀ x y z, r x y → r y z → r x z) (a b c : α)
    (h : r a b ∧ ¬r b a) (k : r b c) : r a c ∧ ¬r c a := by
  constructor
  · exact ht a b c h.1 k
  · intro hca
    apply h.2
    exact ht b c a k hca
