/-! # Natural numbers -/

/-! ## Addition and subtraction -/

theorem nat_add_rearrange_four (a b c d : Nat) : (a + b) + (c + d) = (d + a) + (b + c) := by
  rw [Nat.add_comm d a]
  rw [Nat.add_assoc, Nat.add_assoc]
  congr 1
  rw [Nat.add_comm c d, Nat.add_left_comm]

theorem nat_add_zero_each (a b : Nat) (h : a + b = 0) : b = 0 ∧ a = 0 := by
  constructor
  · omega
  · omega

theorem nat_add_cancel_middle (a b c : Nat) (h : a + b + c = a + c) : b = 0 := by
  rw [Nat.add_right_comm] at h
  exact Nat.add_left_cancel h

theorem nat_add_equal_sums (a b c d : Nat) (h : a = c) (k : b = d) : b + a = c + d := by
  subst h k
  exact Nat.add_comm b a

theorem nat_zero_left_by_induction (n : Nat) : 0 + n + 0 = n := by
  induction n with
  | zero => rfl
  | succ k ih =>
    rw [← Nat.add_assoc]
    rw [Nat.add_zero] at ih
    rw [Nat.add_zero, ih]

theorem nat_succ_move (a b : Nat) : (a + 1) + b = a + (b + 1) := by
  rw [Nat.add_assoc]
  rw [Nat.add_comm 1 b]

theorem nat_sub_then_add (a b c : Nat) (h : a - b = c) (k : b ≤ a) : a = c + b := by
  rw [← h]
  exact (Nat.sub_add_cancel k).symm

theorem nat_sub_all (a b : Nat) (h : a ≤ b) : a - b + b = b := by
  rw [Nat.sub_eq_zero_of_le h]
  exact Nat.zero_add b

theorem nat_sub_sub_itself (a b : Nat) (h : b ≤ a) : a - (a - b) = b := by
  obtain ⟨c, rfl⟩ := Nat.exists_eq_add_of_le h
  rw [Nat.add_sub_cancel_left]
  exact Nat.add_sub_cancel b c

theorem nat_pred_of_positive (n : Nat) (h : 0 < n) : n - 1 + 1 = n := by
  cases n with
  | zero => contradiction
  | succ k => rfl

theorem nat_positive_is_successor (n : Nat) (h : n ≠ 0) : ∃ m, n = m + 1 := by
  cases n with | zero => ?_ | succ m => ?_
  · exact absurd rfl h
  · exists m

theorem nat_successor_injective_use (a b c : Nat) (h : a + 1 = b + 1) (k : b = c) : a = c := by
  injection h with hab
  rw [hab, k]

/-! ## Multiplication and powers -/

theorem nat_mul_swap_inner (a b c d : Nat) : (a * b) * (c * d) = (a * c) * (b * d) := by
  rw [Nat.mul_assoc, Nat.mul_assoc]
  congr 1
  rw [Nat.mul_left_comm]

theorem nat_double_as_sum (n : Nat) : 2 * n = n + n := by
  induction n with
  | zero => rfl
  | succ k ih =>
    rw [Nat.mul_succ, ih]
    omega

theorem nat_square_of_sum (a b : Nat) : (a + b) * (a + b) = a * a + 2 * (a * b) + b * b := by
  rw [Nat.add_mul, Nat.mul_add, Nat.mul_add]
  rw [Nat.mul_comm b a]
  omega

theorem nat_square_of_successor (n : Nat) : (n + 1) * (n + 1) = n * n + 2 * n + 1 := by
  simp only [Nat.add_mul, Nat.mul_add]
  omega

theorem nat_factor_out (a b c : Nat) : a * b + a * c + a = a * (b + c + 1) := by
  rw [Nat.mul_add, Nat.mul_add]
  rw [Nat.mul_one]

theorem nat_mul_zero_cases (a b : Nat) (h : a * b = 0) (hb : b ≠ 0) : a = 0 := by
  rcases Nat.mul_eq_zero.mp h with ha | hb'
  · exact ha
  · contradiction

theorem nat_mul_self_zero (a : Nat) (h : a * a = 0) : a = 0 := by
  rw [Nat.mul_eq_zero] at h
  cases h with
  | inl h => exact h
  | inr h => exact h

theorem nat_mul_one_left_factor (a b : Nat) (h : a * b = 1) : a = 1 := by
  have h₁ := Nat.eq_one_of_mul_eq_one_right h
  exact h₁

theorem nat_mul_cancel_positive (a b c : Nat) (hc : 0 < c) (h : c * a = c * b) : b = a := by
  have hab := Nat.eq_of_mul_eq_mul_left hc h
  exact hab.symm

theorem nat_mul_monotone_both (a b c d : Nat) (h : a ≤ c) (k : b ≤ d) : a * b ≤ d * c := by
  rw [Nat.mul_comm d c]
  apply Nat.mul_le_mul
  · exact h
  · exact k

theorem nat_square_at_least_itself (n : Nat) : n ≤ n * n := by
  cases n with
  | zero => decide
  | succ k =>
    apply Nat.le_mul_of_pos_right
    exact Nat.succ_pos k

theorem nat_square_strictly_monotone (a b : Nat) (h : a < b) : a * a < b * b := by
  have h₁ : a * a ≤ a * b := Nat.mul_le_mul_left a (Nat.le_of_lt h)
  have h₂ : a * b < b * b := Nat.mul_lt_mul_of_pos_right h (Nat.lt_of_le_of_lt (Nat.zero_le a) h)
  exact Nat.lt_of_le_of_lt h₁ h₂

theorem nat_square_reflects_order (a b : Nat) (h : a * a < b * b) : a < b := by
  by_cases hab : a < b
  · exact hab
  · exfalso
    have hle : b ≤ a := Nat.le_of_not_lt hab
    have hsq := Nat.mul_le_mul hle hle
    omega

theorem nat_pow_two_unfold (n : Nat) : n ^ 2 = n * n := by
  rw [Nat.pow_succ]
  rw [Nat.pow_one]

theorem nat_pow_three_unfold (n : Nat) : n ^ 3 = n * n * n := by
  simp only [Nat.pow_succ, Nat.pow_zero, Nat.one_mul]

theorem nat_pow_one_base (n : Nat) : 1 ^ n + 1 = 2 := by
  rw [Nat.one_pow]

theorem nat_pow_split_exponent (a m n : Nat) : a ^ (m + n) * a = a ^ m * a ^ (n + 1) := by
  rw [Nat.pow_succ, Nat.pow_add]
  exact Nat.mul_assoc _ _ _

theorem nat_pow_positive_base (n k : Nat) : 0 < (n + 1) ^ k := by
  induction k with
  | zero => exact Nat.one_pos
  | succ j ih =>
    rw [Nat.pow_succ]
    apply Nat.mul_pos
    · exact ih
    · exact Nat.succ_pos n

theorem nat_pow_double_is_square (a n : Nat) : a ^ (2 * n) = a ^ n * a ^ n := by
  rw [Nat.two_mul]
  exact Nat.pow_add a n n

theorem nat_pow_base_four (n : Nat) : 4 ^ n = 2 ^ n * 2 ^ n := by
  induction n with
  | zero => rfl
  | succ k ih =>
    simp only [Nat.pow_succ, ih]
    grind

theorem nat_pow_sum_of_equal (n : Nat) : 2 ^ n + 2 ^ n = 2 ^ (n + 1) := by
  rw [Nat.pow_succ]
  exact (Nat.mul_two (2 ^ n)).symm

theorem nat_pow_three_copies (n : Nat) : 3 ^ n + 3 ^ n + 3 ^ n = 3 ^ (n + 1) := by
  rw [Nat.pow_succ]
  omega

/-! ## Order -/

theorem nat_le_chain_with_equality (a b c d : Nat) (h₁ : a ≤ b) (h₂ : b = c) (h₃ : c ≤ d) : a ≤ d := by
  rw [h₂] at h₁
  exact Nat.le_trans h₁ h₃

theorem nat_lt_chain_mixed (a b c : Nat) (h : a < b) (k : b ≤ c) : a < c := by
  apply Nat.lt_of_lt_of_le
  · exact h
  · exact k

theorem nat_le_both_ways (a b : Nat) (h : ¬a < b) (k : ¬b < a) : a = b := by
  apply Nat.le_antisymm
  · exact Nat.le_of_not_lt k
  · exact Nat.le_of_not_lt h

theorem nat_lt_not_symmetric (a b : Nat) (h : a < b) : ¬b < a := by
  intro k
  have haa := Nat.lt_trans h k
  exact Nat.lt_irrefl a haa

theorem nat_le_as_sum (a b : Nat) (h : a ≤ b) : ∃ c, a + c = b := by
  exists b - a
  exact Nat.add_sub_cancel' h

theorem nat_lt_as_sum (a b : Nat) (h : a < b) : ∃ c, b = a + c + 1 := by
  obtain ⟨c, hc⟩ := Nat.exists_eq_add_of_lt h
  exact ⟨c, hc⟩

theorem nat_le_of_sum (a b c : Nat) (h : b = c + a) : a ≤ b := by
  rw [h]
  exact Nat.le_add_left a c

theorem nat_trichotomy_with_witness (a b : Nat) : (∃ c, a = b + c) ∨ (∃ c, b = a + c) := by
  rcases Nat.le_total a b with h | h
  · right
    exact Nat.exists_eq_add_of_le h
  · left
    exact Nat.exists_eq_add_of_le h

theorem nat_below_three (n : Nat) (h : n < 3) : n = 0 ∨ n = 1 ∨ n = 2 := by
  match n with
  | 0 => exact Or.inl rfl
  | 1 => exact Or.inr (Or.inl rfl)
  | 2 => exact Or.inr (Or.inr rfl)
  | k + 3 => omega

theorem nat_add_monotone_three (a b c d e f : Nat) (h₁ : a ≤ d) (h₂ : b ≤ e) (h₃ : c ≤ f) : a + b + c ≤ d + e + f := by
  apply Nat.add_le_add
  · exact Nat.add_le_add h₁ h₂
  · exact h₃

theorem nat_add_strict_one_side (a b c d : Nat) (h : a < c) (k : b ≤ d) : a + b < c + d := by
  calc a + b < c + b := Nat.add_lt_add_right h b
    _ ≤ c + d := Nat.add_le_add_left k c

theorem nat_between_doubles (n : Nat) (h : 0 < n) : n < 2 * n ∧ 2 * n < 3 * n := by
  constructor
  · omega
  · omega

theorem nat_average_between (a b : Nat) (h : a ≤ b) : a ≤ (a + b) / 2 ∧ (a + b) / 2 ≤ b := by
  refine ⟨?_, ?_⟩
  · rw [Nat.le_div_iff_mul_le (by decide)]
    omega
  · apply Nat.div_le_of_le_mul
    omega

theorem nat_max_of_sum (a b : Nat) : max a b ≤ a + b := by
  rw [Nat.max_le]
  constructor
  · exact Nat.le_add_right a b
  · exact Nat.le_add_left b a

theorem nat_max_plus_min (a b : Nat) : max a b + min a b = a + b := by
  rcases Nat.le_total a b with h | h
  · rw [Nat.max_eq_right h, Nat.min_eq_left h]
    exact Nat.add_comm b a
  · rw [Nat.max_eq_left h, Nat.min_eq_right h]

theorem nat_min_twice (a b c : Nat) (h : a ≤ b) (k : a ≤ c) : min a (min b c) = a := by
  apply Nat.min_eq_left
  rw [Nat.le_min]
  exact ⟨h, k⟩

theorem nat_product_bounds_factor (a b : Nat) (h : 0 < b) : a ≤ a * b := by
  calc a = a * 1 := (Nat.mul_one a).symm
    _ ≤ a * b := Nat.mul_le_mul_left a h

theorem nat_two_squares_exceed_product (a b : Nat) (h : a ≤ b) : a * b ≤ a * a + b * b := by
  have hab : a * b ≤ b * b := Nat.mul_le_mul_right b h
  exact Nat.le_trans hab (Nat.le_add_left _ _)

theorem nat_pow_two_grows (n : Nat) : 2 ^ n < 2 ^ (n + 1) := by
  rw [Nat.pow_succ]
  have h : 0 < 2 ^ n := Nat.two_pow_pos n
  omega

theorem nat_linear_below_three_pow (n : Nat) : 2 * n + 1 ≤ 3 ^ n := by
  induction n with
  | zero => decide
  | succ k ih =>
    rw [Nat.pow_succ]
    omega

theorem nat_square_below_pow (n : Nat) : (n + 4) * (n + 4) ≤ 2 ^ (n + 4) := by
  induction n with
  | zero => decide
  | succ k ih =>
    have hp : 2 ^ (k + 1 + 4) = 2 * 2 ^ (k + 4) := by rw [Nat.add_right_comm, Nat.pow_succ, Nat.mul_comm]
    rw [hp]
    refine Nat.le_trans ?_ (Nat.mul_le_mul_left 2 ih)
    simp only [Nat.add_mul, Nat.mul_add]
    omega

theorem nat_strong_descent (p : Nat → Prop) (h : ∀ n, p n → ∃ m, m < n ∧ p m) : ∀ n, ¬p n := by
  intro n
  induction n using Nat.strongRecOn with
  | ind n ih =>
    intro hn
    obtain ⟨m, hm, hp⟩ := h n hn
    exact ih m hm hp

theorem nat_bounded_search (p : Nat → Prop) (h : p 0 ∨ p 1 ∨ p 2) : ∃ n, n < 3 ∧ p n := by
  rcases h with h | h | h
  · exact ⟨0, by decide, h⟩
  · exact ⟨1, by decide, h⟩
  · exact ⟨2, by decide, h⟩
