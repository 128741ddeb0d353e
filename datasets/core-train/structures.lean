/-! # Pairs, sums, options, truth values, subtypes and finite types -/

/-! ## Pairs and sums -/

theorem pair_rebuild (α β : Type) (p : α × β) : (p.1, p.2) = p := by
  cases p with
  | mk a b => rfl

theorem pair_eq_of_parts (α β : Type) (p q : α × β) (h : p.1 = q.1) (k : p.2 = q.2) : p = q := by
  cases p
  cases q
  simp only at h k
  rw [h, k]

theorem pair_parts_of_eq (α β : Type) (a c : α) (b d : β) (h : (a, b) = (c, d)) : b = d ∧ a = c := by
  injection h with h₁ h₂
  exact ⟨h₂, h₁⟩

theorem pair_swap_injective (α β : Type) (p q : α × β) (h : (p.2, p.1) = (q.2, q.1)) : p = q := by
  obtain ⟨a, b⟩ := p
  obtain ⟨c, d⟩ := q
  simp only [Prod.mk.injEq] at h
  rw [h.1, h.2]

theorem pair_exists_components (α β : Type) (r : α × β → Prop) (h : ∃ p, r p) : ∃ a b, r (a, b) := by
  obtain ⟨⟨a, b⟩, hab⟩ := h
  exact ⟨a, b, hab⟩

theorem pair_forall_components (α β : Type) (r : α × β → Prop) (h : ∀ a b, r (a, b)) : ∀ p, r p := by
  intro p
  obtain ⟨a, b⟩ := p
  exact h a b

theorem pair_sum_equal_two_ways (p : Nat × Nat) (h : p = (p.2, p.1)) : p.1 + p.1 = p.2 + p.2 := by
  have h₁ : p.1 = p.2 := congrArg Prod.fst h
  rw [h₁]

theorem sum_left_not_right (α β : Type) (a : α) (b : β) : (Sum.inl a : α ⊕ β) ≠ Sum.inr b := by
  intro h
  injection h

theorem sum_left_injective (α β : Type) (a b : α) (h : (Sum.inl a : α ⊕ β) = Sum.inl b) : b = a := by
  injection h with hab
  exact hab.symm

theorem sum_one_of_two (α β : Type) (s : α ⊕ β) : (∃ a, s = Sum.inl a) ∨ ∃ b, s = Sum.inr b := by
  cases s with | inl a => ?_ | inr b => ?_
  · left
    exact ⟨a, rfl⟩
  · right
    exact ⟨b, rfl⟩

theorem sum_predicate_cases (α β : Type) (p : α ⊕ β → Prop) (hl : ∀ a, p (.inl a)) (hr : ∀ b, p (.inr b)) (s : α ⊕ β) : p s := by
  rcases s with a | b
  · apply hl
  · apply hr

/-! ## Options -/

theorem option_some_is_not_none (α : Type) (a : α) (o : Option α) (h : o = some a) : o ≠ none := by
  rw [h]
  intro k
  cases k

theorem option_value_unique (α : Type) (o : Option α) (a b : α) (h : o = some a) (k : o = some b) : a = b := by
  rw [h] at k
  injection k

theorem option_none_or_value (α : Type) (o : Option α) : o = none ∨ ∃ a, o = some a := by
  cases o with
  | none =>
    left
    rfl
  | some a =>
    right
    exists a

theorem option_map_two_functions (α β γ : Type) (f : α → β) (g : β → γ) (o : Option α) :
    (o.map f).map g = o.map fun x => g (f x) := by
  cases o
  · rfl
  · rfl

theorem option_map_is_none (α β : Type) (f : α → β) (o : Option α) (h : o.map f = none) : o = none := by
  cases o with
  | none => rfl
  | some a =>
    rw [Option.map_some] at h
    contradiction

theorem option_bind_none_everywhere (α β : Type) (o : Option α) : (o.bind fun _ => (none : Option β)) = none := by
  cases o with | none => ?_ | some a => ?_
  · rfl
  · simp

theorem option_bind_some_back (α : Type) (o : Option α) : o.bind some = o := by
  rcases o with _ | a
  · rfl
  · rfl

theorem option_get_or_else_of_some (α : Type) (o : Option α) (a d : α) (h : o = some a) : o.getD d = a := by
  subst h
  rfl

theorem option_is_some_gives_value (α : Type) (o : Option α) (h : o.isSome = true) : ∃ a, o = some a := by
  cases o with
  | none => simp at h
  | some a => exact ⟨a, rfl⟩

theorem option_or_else_some (α : Type) (a : α) (o : Option α) (h : o = none) : (o <|> some a) = some a := by
  rw [h]
  rfl

theorem option_filter_keeps (α : Type) (p : α → Bool) (a : α) (h : p a = true) : (some a).filter p = some a := by
  unfold Option.filter
  simp only [h]
  rfl

/-! ## Truth values -/

theorem bool_two_values (b : Bool) : b = false ∨ b = true := by
  cases b
  · left
    rfl
  · right
    rfl

theorem bool_not_not_twice (b : Bool) : (!(!(!b))) = !b := by
  cases b <;> rfl

theorem bool_and_swap (a b : Bool) : (a && b) = (b && a) := by
  cases a
  · cases b <;> rfl
  · cases b <;> rfl

theorem bool_and_true_parts (a b : Bool) (h : (a && b) = true) : b = true ∧ a = true := by
  rw [Bool.and_eq_true] at h
  exact h.symm

theorem bool_or_true_from_right (a b : Bool) (h : b = true) : (a || b) = true := by
  subst h
  cases a
  · rfl
  · rfl

theorem bool_not_of_and (a b : Bool) : (!(a && b)) = (!a || !b) := by
  cases a with
  | false => rfl
  | true => simp

theorem bool_xor_self_cancel (a b : Bool) : ((a ^^ b) ^^ b) = a := by
  cases b
  · simp
  · simp

theorem bool_function_three_times (f : Bool → Bool) (b : Bool) : f (f (f b)) = f b := by
  cases b
  · cases ht : f true <;> cases hf : f false <;> simp [ht, hf]
  · cases ht : f true <;> cases hf : f false <;> simp [ht, hf]

theorem bool_decide_of_proof (p : Prop) [Decidable p] (hp : p) : decide p = true := by
  rw [decide_eq_true_iff]
  exact hp

theorem bool_decide_false_refutes (p : Prop) [Decidable p] (h : decide p = false) : ¬p := by
  intro hp
  rw [decide_eq_false_iff_not] at h
  exact h hp

theorem bool_ite_as_or (a b : Bool) : (if a then true else b) = (a || b) := by
  split
  · simp_all
  · simp_all

theorem bool_contradictory_values (b : Bool) (h : b = true) (k : b = false) : 1 = 2 := by
  rw [h] at k
  contradiction

theorem bool_eq_of_iff (a b : Bool) (h : a = true ↔ b = true) : a = b := by
  cases a
  · cases b
    · rfl
    · exact h.2 rfl
  · exact (h.1 rfl).symm

/-! ## Subtypes -/

theorem subtype_eq_of_values (α : Type) (p : α → Prop) (x y : { a // p a }) (h : x.1 = y.1) : x = y := by
  apply Subtype.ext
  exact h

theorem subtype_property_of_value (p : Nat → Prop) (x : { n // p n }) (n : Nat) (h : x.val = n) : p n := by
  rw [← h]
  exact x.property

theorem subtype_positive_not_zero (x : { n : Nat // 0 < n }) : x.val ≠ 0 := by
  obtain ⟨n, hn⟩ := x
  show n ≠ 0
  intro h
  rw [h] at hn
  exact Nat.lt_irrefl 0 hn

theorem subtype_exists_iff (α : Type) (p q : α → Prop) : (∃ x : { a // p a }, q x.1) ↔ ∃ a, p a ∧ q a := by
  constructor
  · intro h
    obtain ⟨⟨a, ha⟩, hq⟩ := h
    exact ⟨a, ha, hq⟩
  · intro h
    obtain ⟨a, ha, hq⟩ := h
    refine ⟨⟨a, ha⟩, ?_⟩
    exact hq

theorem subtype_bounded_sum (x y : { n : Nat // n ≤ 10 }) : x.val + y.val ≤ 20 := by
  have hx := x.property
  have hy := y.property
  omega

/-! ## Finite types -/

theorem fin_value_below (n : Nat) (i : Fin n) : i.val + 1 ≤ n := by
  have h := i.isLt
  exact h

theorem fin_eq_of_values (n : Nat) (i j : Fin n) (h : i.val = j.val) : j = i := by
  apply Fin.ext
  exact h.symm

theorem fin_zero_has_no_element (i : Fin 0) : False := by
  have h := i.isLt
  exact Nat.not_lt_zero i.val h

theorem fin_one_all_equal (i j : Fin 1) : i = j := by
  apply Fin.ext
  have hi := i.isLt
  have hj := j.isLt
  omega

theorem fin_two_cases (i : Fin 2) (h : i ≠ 0) : i = 1 := by
  apply Fin.ext
  have hi := i.isLt
  have hne : i.val ≠ 0 := fun k => h (Fin.ext k)
  show i.val = 1
  omega

theorem fin_three_squares (i : Fin 3) : i * i = 0 ∨ i * i = 1 := by
  revert i
  decide

theorem fin_five_additive_inverse (i : Fin 5) : ∃ j : Fin 5, i + j = 0 := by
  revert i
  decide

theorem fin_positive_size (n : Nat) (i : Fin n) : 0 < n := by
  apply Nat.lt_of_le_of_lt (Nat.zero_le i.val)
  exact i.isLt

theorem fin_forall_two (p : Fin 2 → Prop) (h0 : p 0) (h1 : p 1) (i : Fin 2) : p i := by
  match i with
  | 0 => exact h0
  | 1 => exact h1

theorem fin_order_total (n : Nat) (i j : Fin n) (h : ¬i ≤ j) : j < i := by
  rw [Fin.le_def] at h
  rw [Fin.lt_def]
  omega

theorem fin_sum_of_values_bound (n : Nat) (i j : Fin n) : i.val + j.val + 2 ≤ 2 * n := by
  obtain ⟨a, ha⟩ := i
  obtain ⟨b, hb⟩ := j
  show a + b + 2 ≤ 2 * n
  omega

/-! ## Characters and strings -/

theorem string_length_of_two_pieces (s t : String) (h : s.length = 3) (k : t.length = 4) : (s ++ t).length = 7 := by
  rw [String.length_append]
  rw [h, k]

theorem string_append_lengths_swap (s t : String) : (s ++ t).length = (t ++ s).length := by
  rw [String.length_append, String.length_append]
  apply Nat.add_comm

theorem string_regroup (s t u : String) (h : t ++ u = s) : s ++ t ++ u = s ++ s := by
  rw [String.append_assoc]
  rw [h]

theorem string_equal_lengths (s t : String) (h : s = t) : s.length = t.length := by
  congr

theorem char_literals_differ : 'a' ≠ 'b' := by
  decide
