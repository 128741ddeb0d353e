/-! # Equality and functions -/

/-! ## Equality -/

theorem eq_join_at_middle (α : Type) (a b c : α) (h : b = a) (k : b = c) : a = c := by
  rw [← h]
  exact k

theorem eq_chain_of_four (α : Type) (a b c d : α) (h₁ : a = b) (h₂ : c = b) (h₃ : c = d) : d = a := by
  subst h₁
  subst h₂
  exact h₃.symm

theorem eq_replace_in_predicate (α : Type) (p : α → Prop) (a b : α) (h : a = b) (hb : p b) : p a := by
  rw [h]
  exact hb

theorem eq_replace_in_hypothesis (α : Type) (r : α → α → Prop) (a b : α) (h : a = b) (hr : r a b) : r b a := by
  subst h
  assumption

theorem eq_apply_twice (α : Type) (f : α → α) (a : α) (h : f a = a) : f (f a) = a := by
  rw [h, h]

theorem eq_apply_three_times (α : Type) (f : α → α) (a b : α) (h : f a = b) (k : f b = a) : f (f (f a)) = b := by
  rw [h]
  rw [k]
  exact h

theorem eq_congr_two_arguments (α β γ : Type) (f : α → β → γ) (a b : α) (c d : β) (h : a = b) (k : c = d) :
    f a c = f b d := by
  congr

theorem eq_congr_step_by_step (α β γ : Type) (f : α → β → γ) (a b : α) (c d : β) (h : a = b) (k : d = c) :
    f a c = f b d := by
  rw [h]
  rw [k]

theorem ne_swap (α : Type) (a b : α) (h : a ≠ b) : b ≠ a := by
  intro hba
  apply h
  exact hba.symm

theorem ne_of_different_images (α β : Type) (f : α → β) (a b : α) (h : f a ≠ f b) : a ≠ b := by
  intro hab
  apply h
  rw [hab]

theorem ne_of_predicate (α : Type) (p : α → Prop) (a b : α) (ha : p a) (hb : ¬p b) : a ≠ b := by
  intro hab
  subst hab
  contradiction

theorem eq_transport_forall (α : Type) (p q : α → Prop) (h : p = q) (hp : ∀ x, p x) (a : α) : q a := by
  rw [← h]
  exact hp a

theorem eq_of_all_properties (α : Type) (a b : α) (h : ∀ p : α → Prop, p a → p b) : a = b := by
  apply h fun x => a = x
  rfl

theorem eq_symm_involutive_use (a b : Nat) (h : ¬a = b) : ¬b = a := by
  intro k
  exact h k.symm

/-! ## Functions -/

theorem fun_eq_pointwise (α β : Type) (f g : α → β) (h : ∀ x, g x = f x) : f = g := by
  funext x
  rw [h x]

theorem fun_eq_two_arguments (α β γ : Type) (f g : α → β → γ) (h : ∀ x y, f x y = g x y) : f = g := by
  funext x y
  exact h x y

theorem fun_compose_apply (α β γ : Type) (f : α → β) (g : β → γ) (x : α) : (g ∘ f) x = g (f x) := by
  rfl

theorem fun_compose_regroup (α β γ δ : Type) (f : α → β) (g : β → γ) (h : γ → δ) : (h ∘ g) ∘ f = h ∘ (g ∘ f) := by
  funext x
  simp only [Function.comp]

theorem fun_compose_identities (α β : Type) (f : α → β) : id ∘ f = f ∘ id := by
  funext x
  simp only [Function.comp_apply]
  rfl

theorem fun_equal_gives_equal_values (α β : Type) (f g : α → β) (h : f = g) (a b : α) (k : a = b) : f a = g b := by
  rw [h, k]

theorem fun_injective_compose (α β γ : Type) (f : α → β) (g : β → γ) (hf : ∀ x y, f x = f y → x = y)
    (hg : ∀ x y, g x = g y → x = y) : ∀ x y, g (f x) = g (f y) → x = y := by
  intro x y h
  apply hf
  apply hg
  exact h

theorem fun_injective_first_factor (α β γ : Type) (f : α → β) (g : β → γ) (h : ∀ x y, g (f x) = g (f y) → x = y) :
    ∀ x y, f x = f y → x = y := by
  intro x y hxy
  apply h
  rw [hxy]

theorem fun_surjective_compose (α β γ : Type) (f : α → β) (g : β → γ) (hf : ∀ y, ∃ x, f x = y) (hg : ∀ z, ∃ y, g y = z) :
    ∀ z, ∃ x, g (f x) = z := by
  intro z
  obtain ⟨y, hy⟩ := hg z
  obtain ⟨x, hx⟩ := hf y
  exists x
  rw [hx, hy]

theorem fun_surjective_last_factor (α β γ : Type) (f : α → β) (g : β → γ) (h : ∀ z, ∃ x, g (f x) = z) :
    ∀ z, ∃ y, g y = z := by
  intro z
  obtain ⟨x, hx⟩ := h z
  refine ⟨f x, ?_⟩
  exact hx

theorem fun_left_inverse_injective (α β : Type) (f : α → β) (g : β → α) (h : ∀ x, g (f x) = x) (a b : α) (k : f a = f b) :
    a = b := by
  have hg : g (f a) = g (f b) := by rw [k]
  rw [h, h] at hg
  exact hg

theorem fun_right_inverse_surjective (α β : Type) (f : α → β) (g : β → α) (h : ∀ y, f (g y) = y) : ∀ y, ∃ x, f x = y := by
  intro y
  exists g y
  exact h y

theorem fun_inverses_agree (α β : Type) (f : α → β) (g k : β → α) (hg : ∀ x, g (f x) = x) (hk : ∀ y, f (k y) = y) : g = k := by
  funext y
  have h := hg (k y)
  rw [hk] at h
  exact h

theorem fun_involution_injective (α : Type) (f : α → α) (h : ∀ x, f (f x) = x) (a b : α) (k : f a = f b) : a = b := by
  rw [← h a]
  rw [k]
  exact h b

theorem fun_involution_surjective (α : Type) (f : α → α) (h : ∀ x, f (f x) = x) (b : α) : ∃ a, f a = b := by
  refine ⟨f b, ?_⟩
  apply h

theorem fun_constant_of_factor (α β : Type) (f : α → β) (g : β → α) (c : β) (h : ∀ x, f x = c) : f ∘ g = fun _ => c := by
  funext y
  show f (g y) = c
  exact h (g y)

theorem fun_commuting_fixed_point (α : Type) (f g : α → α) (h : ∀ x, f (g x) = g (f x)) (a : α) (ha : f a = a) :
    f (g a) = g a := by
  rw [h]
  rw [ha]

theorem fun_preserves_order_of_step (f : Nat → Nat) (h : ∀ n, f n ≤ f (n + 1)) (n : Nat) : f 0 ≤ f n := by
  induction n with
  | zero => exact Nat.le_refl (f 0)
  | succ k ih =>
    apply Nat.le_trans ih
    exact h k

theorem fun_constant_of_step (α : Type) (f : Nat → α) (h : ∀ n, f (n + 1) = f n) (n : Nat) : f n = f 0 := by
  induction n with | zero => ?_ | succ k ih => ?_
  · rfl
  · rw [h]
    exact ih

theorem fun_strictly_growing_above_index (f : Nat → Nat) (h : ∀ n, f n < f (n + 1)) (n : Nat) : n ≤ f n := by
  induction n with
  | zero => exact Nat.zero_le _
  | succ k ih =>
    have hk := h k
    omega

theorem fun_agree_on_even_steps (f g : Nat → Nat) (h0 : f 0 = g 0) (hf : ∀ n, f (n + 1) = 3 * f n)
    (hg : ∀ n, g (n + 1) = 3 * g n) (n : Nat) : f n = g n := by
  induction n with | zero => ?_ | succ k ih => ?_
  · assumption
  · rw [hf, hg, ih]

theorem fun_if_both_branches (α : Type) (c : Prop) [Decidable c] (a : α) : (if c then a else a) = a := by
  split
  · rfl
  · rfl

theorem fun_if_negated (α : Type) (c : Prop) [Decidable c] (a b : α) : (if ¬c then a else b) = if c then b else a := by
  by_cases h : c
  · rw [if_pos h]
    simp [h]
  · rw [if_neg h]
    simp [h]

theorem fun_apply_if (α β : Type) (f : α → β) (c : Prop) [Decidable c] (a b : α) :
    f (if c then a else b) = if c then f a else f b := by
  by_cases h : c
  · simp only [if_pos h]
  · simp only [if_neg h]

theorem fun_if_implies_predicate (α : Type) (p : α → Prop) (c : Prop) [Decidable c] (a b : α) (ha : p a) (hb : p b) :
    p (if c then a else b) := by
  split
  · exact ha
  · exact hb

theorem fun_larger_by_if (a b : Nat) : a ≤ if a ≤ b then b else a := by
  split
  · assumption
  · exact Nat.le_refl a

theorem fun_swap_twice_is_identity (α β γ : Type) (f : α → β → γ) : (fun x y => (fun b a => f a b) y x) = f := by
  funext x y
  rfl

theorem fun_empty_domain_unique (β : Type) (f g : Empty → β) : f = g := by
  funext x
  cases x

theorem fun_unit_domain_constant (β : Type) (f : Unit → β) (x y : Unit) : f x = f y := by
  cases x
  cases y
  rfl
