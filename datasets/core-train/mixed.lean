/-! # Mixed steps: calculations, extensionality, unfolding, contradiction -/

/-! ## Calculations -/

theorem mixed_calc_chain_of_equalities (a b c d : Nat) (h₁ : a = b + 1) (h₂ : b = 2 * c) (h₃ : c = d) : a = 2 * d + 1 := by
  calc
    a = b + 1 := h₁
    _ = 2 * c + 1 := by rw [h₂]
    _ = 2 * d + 1 := by rw [h₃]

theorem mixed_calc_order_and_equality (a b c d : Nat) (h₁ : a < b) (h₂ : b = c) (h₃ : c ≤ d) : a < d := by
  calc
    a < b := h₁
    _ = c := h₂
    _ ≤ d := h₃

theorem mixed_calc_square_expansion (x : Int) : (x + 3) * (x - 3) + 9 = x * x := by
  have h : (x + 3) * (x - 3) = x * x - 9 := by
    rw [Int.mul_sub, Int.add_mul, Int.add_mul]
    omega
  calc
    (x + 3) * (x - 3) + 9 = x * x - 9 + 9 := by rw [h]
    _ = x * x := Int.sub_add_cancel _ _

theorem mixed_calc_power_estimate (n : Nat) (h : 1 ≤ n) : 2 * n ≤ n * n + n := by
  calc
    2 * n = 1 * n + n := by omega
    _ ≤ n * n + n := Nat.add_le_add_right (Nat.mul_le_mul_right n h) n

/-! ## Extensionality -/

theorem mixed_ext_functions_on_bool (f g : Bool → Nat) (ht : f true = g true) (hf : f false = g false) : f = g := by
  ext b
  cases b
  · exact hf
  · exact ht

theorem mixed_ext_predicates (α : Type) (p q : α → Prop) (h : ∀ x, p x → q x) (k : ∀ x, q x → p x) : p = q := by
  ext x
  constructor
  · exact h x
  · exact k x

theorem mixed_ext_pairs (α β : Type) (p q : α × β) (h : p.1 = q.1) (k : q.2 = p.2) : p = q := by
  ext
  · exact h
  · symm
    exact k

theorem mixed_ext_finite (n : Nat) (i j : Fin n) (h : i.val ≤ j.val) (k : j.val ≤ i.val) : i = j := by
  ext
  exact Nat.le_antisymm h k

theorem mixed_ext_composition_of_shifts (a b : Int) : (fun x => x + a) ∘ (fun x => x + b) = fun x => x + (b + a) := by
  ext x
  simp only [Function.comp]
  exact Int.add_assoc x b a

theorem mixed_ext_pointwise_sum (f g : Nat → Nat) : (fun n => f n + g n) = fun n => g n + f n := by
  funext n
  apply Nat.add_comm

theorem mixed_ext_constant_if (c : Nat) : (fun n : Nat => if n < c then n else n) = id := by
  funext n
  split
  · rfl
  · rfl

/-! ## Equations to turn round and unfold -/

theorem mixed_symm_goal (a b : Nat) (h : b + 2 = a) : a = b + 2 := by
  symm
  exact h

theorem mixed_symm_hypothesis (α : Type) (f : α → α) (a b : α) (h : a = f b) (k : f b = b) : b = a := by
  symm
  rw [h]
  exact k

theorem mixed_unfold_not (p q : Prop) (h : p → q) (k : ¬q) : ¬p := by
  unfold Not at *
  intro hp
  exact k (h hp)

theorem mixed_unfold_injective (α β : Type) (f : α → β) (g : β → α) (h : ∀ x, g (f x) = x) : Function.Injective f := by
  unfold Function.Injective
  intro a b hab
  rw [← h a, hab]
  exact h b

theorem mixed_unfold_surjective (f : Int → Int) (h : ∀ x, f x = x + 5) : Function.Surjective f := by
  unfold Function.Surjective
  intro b
  refine ⟨b - 5, ?_⟩
  rw [h]
  exact Int.sub_add_cancel b 5

theorem mixed_divisibility_witness (a b c : Nat) (h₁ : a ∣ b) (h₂ : b ∣ c) (h₃ : c = 30) : a ∣ 30 := by
  obtain ⟨k, rfl⟩ := Nat.dvd_trans h₁ h₂
  exists k
  symm
  exact h₃

theorem mixed_show_reduced_goal (a b : Nat) (h : a = b) : (fun x : Nat => x + a) 3 = 3 + b := by
  show 3 + a = 3 + b
  rw [h]

theorem mixed_change_hypothesis (a b : Nat) (h : Nat.succ a = Nat.succ b) : a + 5 = b + 5 := by
  change a + 1 = b + 1 at h
  omega

theorem mixed_simp_at_hypothesis (a b : Nat) (h : a + 0 = b * 1) : b = a := by
  simp only [Nat.add_zero, Nat.mul_one] at h
  exact h.symm

/-! ## Contradiction -/

theorem mixed_exfalso_order (a b : Nat) (h : a < b) (k : b ≤ a) : a * b = 17 := by
  exfalso
  exact Nat.not_le_of_lt h k

theorem mixed_exfalso_parity (n : Nat) (h : n = 2 * n + 1) : n = 100 := by
  exfalso
  omega

theorem mixed_contradiction_constructors (α : Type) (x : α) (xs : List α) (h : x :: xs = []) : x = x ∧ xs = [] := by
  contradiction

theorem mixed_absurd_member (α : Type) (x : α) (p : Prop) (h : x ∈ ([] : List α)) : p := by
  exfalso
  rw [List.mem_nil_iff] at h
  exact h

theorem mixed_by_contradiction_bound (n : Nat) (h : n * n < 10) : n < 4 := by
  apply Nat.lt_of_not_le
  intro hn
  have hsq : 4 * 4 ≤ n * n := Nat.mul_le_mul hn hn
  omega

theorem mixed_by_contradiction_classical (p q : Prop) (h : ¬p → ¬q) (k : ¬¬q) : p := by
  apply Classical.byContradiction
  intro hp
  apply k
  exact h hp

theorem mixed_impossible_case (o : Option Nat) (h : o ≠ none) : ∃ n, o = some n := by
  cases o with | none => ?_ | some n => ?_
  · exact absurd rfl h
  · exact ⟨n, rfl⟩

theorem mixed_zero_one_distinct (a b : Nat) (h : a = 0) (k : b = 1) : a ≠ b := by
  subst h k
  decide

/-! ## Facts on the way -/

theorem mixed_have_then_rewrite (f : Nat → Nat) (h : ∀ n, f n = n + n) : f (f 3) = 12 := by
  have h₁ : f 3 = 6 := h 3
  rw [h₁]
  exact h 6

theorem mixed_suffices_stronger (a b c : Nat) (h : a + b + c ≤ 20) (k : 5 ≤ b) : a ≤ 15 := by
  suffices hs : a + b ≤ 20 by omega
  exact Nat.le_trans (Nat.le_add_right (a + b) c) h

theorem mixed_generalize_power (n : Nat) (h : 5 < 2 ^ n) : 10 < 3 * 2 ^ n := by
  generalize 2 ^ n = x at h ⊢
  omega

theorem mixed_obtain_then_compute (n : Nat) (h : ∃ k, n = 3 * k ∧ k % 2 = 1) : n % 6 = 3 := by
  obtain ⟨k, hk, hodd⟩ := h
  subst hk
  omega

theorem mixed_specialize_twice (f : Nat → Nat → Nat) (h : ∀ a b, f a b = f b a) (k : f 2 7 = 30) : f 7 2 = 30 := by
  specialize h 7 2
  rw [h]
  exact k

theorem mixed_specialize_chain (p : Nat → Prop) (h : ∀ n, p n → p (2 * n)) (h1 : p 1) : p 8 := by
  have h2 : p 2 := h 1 h1
  have h4 : p 4 := h 2 h2
  exact h 4 h4

theorem mixed_rename_cases (n : Nat) (h : n ≤ 1) : n * n = n := by
  rcases Nat.lt_or_ge n 1 with h₀ | h₁
  · have hz : n = 0 := by omega
    rw [hz]
  · have ho : n = 1 := Nat.le_antisymm h h₁
    rw [ho]

theorem mixed_revert_and_induct (a : Nat) (f : Nat → Nat) (h : ∀ n, f (n + 1) = f n) (k : f a = 4) : f 0 = 4 := by
  revert k
  induction a with
  | zero =>
    intro k
    exact k
  | succ b ih =>
    intro k
    apply ih
    rw [← h]
    exact k

theorem mixed_generalizing_accumulator (f : Nat → Nat → Nat) (h0 : ∀ b, f 0 b = b) (hs : ∀ a b, f (a + 1) b = f a (b + 2))
    (a b : Nat) : f a b = 2 * a + b := by
  induction a generalizing b with
  | zero =>
    rw [h0]
    omega
  | succ k ih =>
    rw [hs, ih]
    omega

theorem mixed_strong_induction_halving (f : Nat → Nat) (h0 : f 0 = 0) (h : ∀ n, 0 < n → f n = f (n / 2) + 1) (n : Nat) :
    f n ≤ n := by
  induction n using Nat.strongRecOn with
  | ind n ih =>
    rcases Nat.eq_zero_or_pos n with hz | hp
    · rw [hz, h0]
      exact Nat.le_refl 0
    · rw [h n hp]
      have hlt : n / 2 < n := Nat.div_lt_self hp (by decide)
      have hle := ih (n / 2) hlt
      omega

theorem mixed_grind_group_like (α : Type) (m : α → α → α) (e : α) (i : α → α) (hl : ∀ x, m e x = x)
    (ha : ∀ x y z, m (m x y) z = m x (m y z)) (hi : ∀ x, m (i x) x = e) (a b c : α) (h : m a b = m a c) : b = c := by
  have h₁ : m (i a) (m a b) = m (i a) (m a c) := by rw [h]
  rw [← ha, ← ha, hi, hl, hl] at h₁
  exact h₁

theorem mixed_simp_all_equalities (a b c : Nat) (h₁ : a = 0) (h₂ : b = a) (h₃ : c = b) : a + b + c = 0 := by
  subst h₁
  simp_all

theorem mixed_simp_all_logic (p q r : Prop) (h : p ∧ q) (k : q → r) : r ∧ p := by
  obtain ⟨hp, hq⟩ := h
  simp_all

theorem mixed_grind_congruence (f : Nat → Nat) (a b c : Nat) (h : a = b) (k : f b = c) (l : f c = a) : f (f a) = b := by
  subst h
  grind

theorem mixed_ordered_pair_cases (a b : Nat) : (∃ d, a + d = b) ∨ ∃ d, b + (d + 1) = a := by
  by_cases h : a ≤ b
  · left
    exists b - a
    omega
  · right
    exists a - b - 1
    omega
