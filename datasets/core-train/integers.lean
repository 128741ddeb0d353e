/-! # Integers -/

/-! ## Ring laws and signs -/

theorem int_sub_as_sum (a b c : Int) (h : a - b = c) : a = c + b := by
  rw [← h]
  exact (Int.sub_add_cancel a b).symm

theorem int_sub_self_plus (a b : Int) : a - a + b = b := by
  rw [Int.sub_self]
  exact Int.zero_add b

theorem int_neg_swap_difference (a b : Int) : -(a - b) = b - a := by
  rw [Int.neg_sub]

theorem int_neg_equal_zero (a : Int) (h : -a = 0) : a = 0 := by
  have hn := congrArg (fun x => -x) h
  simp only [Int.neg_neg] at hn
  exact hn

theorem int_eq_neg_self_is_zero (a : Int) (h : a = -a) : a = 0 := by
  omega

theorem int_square_of_difference (a b : Int) : (a - b) * (a - b) = a * a - 2 * (a * b) + b * b := by
  rw [Int.sub_mul, Int.mul_sub, Int.mul_sub]
  rw [Int.mul_comm b a]
  omega

theorem int_difference_of_squares (a b : Int) : (a + b) * (a - b) = a * a - b * b := by
  rw [Int.mul_sub, Int.add_mul, Int.add_mul]
  rw [Int.mul_comm b a]
  omega

theorem int_cube_of_sum (a b : Int) : (a + b) ^ 3 = a ^ 3 + 3 * a ^ 2 * b + 3 * a * b ^ 2 + b ^ 3 := by
  grind

theorem int_mul_of_negatives (a b : Int) : (-a) * (-b) = a * b := by
  rw [Int.neg_mul, Int.mul_neg]
  exact Int.neg_neg (a * b)

theorem int_square_of_negative (a : Int) : (-a) ^ 2 = a ^ 2 := by
  have h : ∀ x : Int, x ^ 2 = x * x := fun x => by grind
  rw [h, h]
  exact Int.neg_mul_neg a a

theorem int_product_zero_first (a b : Int) (h : a * b = 0) (hb : b ≠ 0) : a = 0 := by
  rcases Int.mul_eq_zero.mp h with ha | hb'
  · exact ha
  · contradiction

theorem int_factored_roots (x : Int) (h : (x - 4) * (x + 7) = 0) : x = 4 ∨ x = -7 := by
  rcases Int.mul_eq_zero.mp h with h₁ | h₂
  · left
    omega
  · right
    omega

theorem int_square_is_nonnegative (a : Int) : 0 ≤ a * a := by
  rcases Int.le_total 0 a with h | h
  · exact Int.mul_nonneg h h
  · exact Int.mul_nonneg_of_nonpos_of_nonpos h h

theorem int_square_zero_root (a : Int) (h : a * a = 0) : a = 0 := by
  rw [Int.mul_eq_zero] at h
  cases h <;> assumption

theorem int_squares_equal_roots (a b : Int) (h : a * a = b * b) : a = b ∨ a = -b := by
  have hp : (a - b) * (a + b) = 0 := by grind
  rcases Int.mul_eq_zero.mp hp with h₁ | h₂
  · left
    exact Int.eq_of_sub_eq_zero h₁
  · right
    omega

theorem int_product_of_negative_and_positive (a b : Int) (ha : a < 0) (hb : 0 < b) : a * b < 0 := by
  have h : 0 < (-a) * b := Int.mul_pos (by omega) hb
  rw [Int.neg_mul] at h
  omega

theorem int_cancel_common_factor (a b c : Int) (hc : c ≠ 0) (h : c * a = c * b) : a = b := by
  apply Int.eq_of_mul_eq_mul_left hc
  exact h

/-! ## Order -/

theorem int_le_of_sub_nonneg_chain (a b c : Int) (h : 0 ≤ b - a) (k : b ≤ c) : a ≤ c := by
  have hab : a ≤ b := Int.le_of_sub_nonneg h
  exact Int.le_trans hab k

theorem int_neg_reverses_order (a b : Int) (h : a ≤ b) : -b ≤ -a := by
  apply Int.neg_le_neg
  exact h

theorem int_strictly_between_consecutive (a n : Int) (h : n < a) (k : a < n + 1) : False := by
  have h₁ : n + 1 ≤ a := h
  omega

theorem int_two_squares_sum_zero (a b : Int) (h : a * a + b * b = 0) : a * a = 0 ∧ b * b = 0 := by
  have ha : 0 ≤ a * a := by
    rcases Int.le_total 0 a with k | k
    · exact Int.mul_nonneg k k
    · exact Int.mul_nonneg_of_nonpos_of_nonpos k k
  have hb : 0 ≤ b * b := by
    rcases Int.le_total 0 b with k | k
    · exact Int.mul_nonneg k k
    · exact Int.mul_nonneg_of_nonpos_of_nonpos k k
  constructor
  · omega
  · omega

theorem int_product_of_larger_than_one (a b : Int) (ha : 1 < a) (hb : 1 < b) : a < a * b := by
  have h : a * 1 < a * b := Int.mul_lt_mul_of_pos_left hb (by omega)
  rw [Int.mul_one] at h
  exact h

theorem int_max_at_least_average (a b : Int) : a + b ≤ 2 * max a b := by
  have ha := Int.le_max_left a b
  have hb := Int.le_max_right a b
  omega

theorem int_absolute_value_cases (a : Int) : a.natAbs = a ∨ a.natAbs = -a := by
  rcases Int.le_total 0 a with h | h
  · left
    exact Int.natAbs_of_nonneg h
  · right
    omega

theorem int_absolute_value_zero (a : Int) (h : a.natAbs = 0) : a = 0 := by
  rw [Int.natAbs_eq_zero] at h
  exact h

theorem int_nonneg_comes_from_nat (a : Int) (h : 0 ≤ a) : ∃ n : Nat, a = n := by
  exists a.toNat
  exact (Int.toNat_of_nonneg h).symm

theorem int_cases_nat_or_negative (a : Int) : (∃ n : Nat, a = n) ∨ ∃ n : Nat, a = -(n + 1) := by
  cases a with
  | ofNat n =>
    left
    exact ⟨n, rfl⟩
  | negSucc n =>
    right
    refine ⟨n, ?_⟩
    exact Int.negSucc_eq n

theorem int_cast_sum_equal (m n : Nat) (h : (m : Int) + n = 5) : m + n = 5 := by
  omega

theorem int_cast_product (m n : Nat) (h : (m : Int) * n = 12) : m * n = 12 := by
  rw [← Int.natCast_mul] at h
  exact Int.ofNat.inj h

theorem int_cast_injective_use (m n : Nat) (h : (m : Int) = n) : n = m := by
  have hmn := Int.ofNat.inj h
  exact hmn.symm

/-! ## Divisibility and remainders -/

theorem int_dvd_difference (d a b : Int) (ha : d ∣ a) (hb : d ∣ b) : d ∣ a - b := by
  obtain ⟨m, rfl⟩ := ha
  obtain ⟨n, rfl⟩ := hb
  exists m - n
  rw [Int.mul_sub]

theorem int_dvd_negative (d a : Int) (h : d ∣ a) : -d ∣ a := by
  obtain ⟨m, hm⟩ := h
  refine ⟨-m, ?_⟩
  rw [Int.neg_mul_neg]
  exact hm

theorem int_dvd_multiple_of_difference (a b : Int) : a - b ∣ a * a - b * b := by
  refine ⟨a + b, ?_⟩
  grind

theorem int_dvd_two_product_of_consecutive (a : Int) : 2 ∣ (a - 1) * a := by
  have hc : a % 2 = 0 ∨ a % 2 = 1 := by omega
  rcases hc with h | h
  · have hd : (2 : Int) ∣ a := Int.dvd_of_emod_eq_zero h
    exact Int.dvd_mul_of_dvd_right hd
  · have hd : (2 : Int) ∣ a - 1 := by omega
    exact Int.dvd_mul_of_dvd_left hd

theorem int_square_mod_four_of_odd (a : Int) (h : a % 2 = 1) : a * a % 4 = 1 := by
  have hc : a % 4 = 1 ∨ a % 4 = 3 := by omega
  rw [Int.mul_emod]
  rcases hc with hc | hc
  · rw [hc]
    rfl
  · rw [hc]
    rfl

theorem int_cube_mod_nine (a : Int) (h : a % 3 = 2) : a * a * a % 9 = 8 := by
  have hc : a % 9 = 2 ∨ a % 9 = 5 ∨ a % 9 = 8 := by omega
  rw [Int.mul_emod, Int.mul_emod a a]
  rcases hc with hc | hc | hc <;> rw [hc] <;> rfl

theorem int_mod_negation (a : Int) (h : a % 5 = 2) : (-a) % 5 = 3 := by
  have hq := Int.mul_ediv_add_emod a 5
  omega

theorem int_remainder_sum (a b : Int) (ha : a % 6 = 4) (hb : b % 6 = 5) : (a + b) % 6 = 3 := by
  rw [Int.add_emod, ha, hb]
  rfl

theorem int_remainder_of_product (a b : Int) (ha : a % 11 = 3) (hb : b % 11 = 4) : a * b % 11 = 1 := by
  rw [Int.mul_emod]
  rw [ha, hb]
  rfl

theorem int_multiple_between_bounds (a : Int) (h : 7 ∣ a) (h₁ : 30 < a) (h₂ : a < 40) : a = 35 := by
  obtain ⟨k, rfl⟩ := h
  have hk : k = 5 := by omega
  rw [hk]
  rfl
