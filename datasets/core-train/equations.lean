/-! # Equations, digits, case analysis: exercises in the style of school contests -/

/-! ## Linear equations -/

theorem solve_linear_one_step (x : Nat) (h : x + 17 = 40) : x = 23 := by
  apply Nat.add_right_cancel (m := 17)
  exact h

theorem solve_linear_two_steps (x : Nat) (h : 5 * x + 8 = 43) : x = 7 := by
  have h₁ : 5 * x = 35 := by omega
  omega

theorem solve_linear_integer (x : Int) (h : 4 * x - 9 = 2 * x + 5) : x = 7 := by
  have h₁ : 2 * x = 14 := by omega
  omega

theorem solve_system_sum_difference (x y : Int) (h₁ : x + y = 50) (h₂ : x - y = 12) : x = 31 ∧ y = 19 := by
  have h₃ : 2 * x = 62 := by omega
  constructor
  · omega
  · omega

theorem solve_system_by_substitution (x y : Nat) (h₁ : y = 3 * x) (h₂ : x + y = 28) : y = 21 := by
  subst h₁
  have hx : x = 7 := by omega
  rw [hx]

theorem solve_system_three_unknowns (a b c : Int) (h₁ : a + b = 11) (h₂ : b + c = 15) (h₃ : a + c = 14) :
    a * b * c = 270 := by
  have ha : a = 5 := by omega
  have hb : b = 6 := by omega
  have hc : c = 9 := by omega
  rw [ha, hb, hc]
  rfl

theorem solve_system_inconsistent (x y : Int) (h₁ : 2 * x + 4 * y = 7) : False := by
  have h₂ : (2 * x + 4 * y) % 2 = 1 := by rw [h₁]; rfl
  omega

theorem solve_proportion (x : Nat) (h : 6 * x = 9 * 14) : x = 21 := by
  have h₁ : 6 * x = 6 * 21 := h
  exact Nat.eq_of_mul_eq_mul_left (by decide) h₁

theorem solve_age_problem (f s : Nat) (h₁ : f = 4 * s) (h₂ : f + 6 = 2 * (s + 6) + 8) : f + s = 35 := by
  rw [h₁] at h₂
  have hs : s = 7 := by omega
  rw [h₁, hs]

theorem solve_coins (a b : Nat) (h₁ : a + b = 20) (h₂ : 2 * a + 5 * b = 73) : a = 9 := by
  have hb : b = 20 - a := by omega
  rw [hb] at h₂
  omega

theorem solve_heads_and_legs (r c : Nat) (hheads : r + c = 35) (hlegs : 4 * r + 2 * c = 94) : r = 12 ∧ c = 23 := by
  have h : 2 * r + 2 * c = 70 := by omega
  have hr : 2 * r = 24 := by omega
  omega

theorem solve_consecutive_sum (n : Nat) (h : n + (n + 1) + (n + 2) = 66) : n + 1 = 22 := by
  have h₁ : 3 * (n + 1) = 66 := by omega
  exact Nat.eq_of_mul_eq_mul_left (by decide) h₁

theorem solve_cyclic_equalities (a b c : Nat) (h₁ : a ≤ b) (h₂ : b ≤ c) (h₃ : c ≤ a) : a = b ∧ b = c := by
  have hca : c = a := by omega
  subst hca
  constructor
  · exact Nat.le_antisymm h₁ h₂
  · exact Nat.le_antisymm h₂ h₁

theorem solve_unique_solution_exists : ∃ x : Int, 7 * x - 3 = 39 ∧ ∀ y : Int, 7 * y - 3 = 39 → y = x := by
  refine ⟨6, ?_, ?_⟩
  · decide
  · intro y hy
    omega

theorem solve_no_integer_half (x : Int) : 2 * x + 1 ≠ 10 := by
  intro h
  omega

/-! ## Products and small searches -/

theorem search_square_value (n : Nat) (h : n * n = 169) : n = 13 := by
  have h₁ : n < 14 := by
    apply Nat.lt_of_not_le
    intro hn
    have hsq := Nat.mul_le_mul hn hn
    omega
  have h₂ : 12 < n := by
    apply Nat.lt_of_not_le
    intro hn
    have hsq := Nat.mul_le_mul hn hn
    omega
  omega

theorem search_not_a_square (n : Nat) : n * n ≠ 20 := by
  intro h
  rcases Nat.lt_or_ge n 5 with hn | hn
  · have hle : n * n ≤ 4 * 4 := Nat.mul_le_mul (by omega) (by omega)
    omega
  · have hge : 5 * 5 ≤ n * n := Nat.mul_le_mul hn hn
    omega

theorem search_quadratic_over_nat (n : Nat) (h : n * n = n + 42) : n = 7 := by
  rcases Nat.lt_trichotomy n 7 with hn | hn | hn
  · have hle : n * n ≤ 6 * n := Nat.mul_le_mul_right n (by omega)
    omega
  · exact hn
  · have hge : 8 * n ≤ n * n := Nat.mul_le_mul_right n hn
    omega

theorem search_prime_product (a b : Nat) (ha : 1 < a) (h : a * b = 7) : b = 1 := by
  have hb : b < 4 := by
    apply Nat.lt_of_not_le
    intro hb
    have hle := Nat.mul_le_mul ha hb
    omega
  match b, hb with
  | 0, _ => omega
  | 1, _ => rfl
  | 2, _ => omega
  | 3, _ => omega

theorem search_difference_of_squares (a b : Nat) (h : (a + b) * (a - b) = 5) (hs : a + b = 5) : a = 3 ∧ b = 2 := by
  rw [hs] at h
  have hd : a - b = 1 := by omega
  constructor
  · omega
  · omega

theorem search_rectangle_with_area (a b : Nat) (h₁ : a + b = 11) (h₂ : a * b = 28) (h₃ : a < b) : b = 7 := by
  have hb : b = 11 - a := by omega
  subst hb
  have ha : a < 6 := by omega
  match a, ha with
  | 0, _ => contradiction
  | 1, _ => contradiction
  | 2, _ => contradiction
  | 3, _ => contradiction
  | 4, _ => rfl
  | 5, _ => contradiction

theorem search_factor_pairs (x y : Int) (h : (x - 2) * (y - 3) = 0) (hx : x ≠ 2) : y = 3 := by
  rcases Int.mul_eq_zero.mp h with h₁ | h₂
  · exfalso
    apply hx
    omega
  · omega

theorem search_small_cube (n : Nat) (hn : n < 6) (h : n * n * n = 64) : n = 4 := by
  match n, hn with
  | 0, _ => contradiction
  | 1, _ => contradiction
  | 2, _ => contradiction
  | 3, _ => contradiction
  | 4, _ => rfl
  | 5, _ => contradiction

theorem search_bounded_decidable : ∀ a : Fin 12, a.val * a.val % 12 = 1 → a.val % 2 = 1 := by
  decide

theorem search_two_squares_mod_four (x y k : Nat) : x * x + y * y ≠ 4 * k + 3 := by
  intro h
  have hsq : ∀ z : Nat, z * z % 4 = 0 ∨ z * z % 4 = 1 := by
    intro z
    have hz : z % 4 = 0 ∨ z % 4 = 1 ∨ z % 4 = 2 ∨ z % 4 = 3 := by omega
    rw [Nat.mul_mod]
    rcases hz with hz | hz | hz | hz <;> simp [hz]
  have hx := hsq x
  have hy := hsq y
  omega

/-! ## Digits -/

theorem digits_sum_divisible_by_nine (a b c : Nat) (h : 9 ∣ a + b + c) : 9 ∣ 100 * a + 10 * b + c := by
  have hsplit : 100 * a + 10 * b + c = 9 * (11 * a + b) + (a + b + c) := by omega
  rw [hsplit]
  apply Nat.dvd_add
  · exact Nat.dvd_mul_right 9 _
  · exact h

theorem digits_sum_mod_three (a b : Nat) : (10 * a + b) % 3 = (a + b) % 3 := by
  have hsplit : 10 * a + b = a + b + 3 * (3 * a) := by omega
  rw [hsplit]
  exact Nat.add_mul_mod_self_left (a + b) 3 (3 * a)

theorem digits_reversed_difference (a b : Nat) (h : b ≤ a) : 10 * a + b - (10 * b + a) = 9 * (a - b) := by
  obtain ⟨d, rfl⟩ := Nat.exists_eq_add_of_le h
  rw [Nat.add_sub_cancel_left]
  omega

theorem digits_reversed_sum (a b : Nat) : 11 ∣ (10 * a + b) + (10 * b + a) := by
  exists a + b
  omega

theorem digits_two_digit_with_sum (a b : Nat) (h₁ : a + b = 12) (h₂ : 10 * a + b = 10 * b + a + 36) :
    10 * a + b = 84 := by
  have hab : a = b + 4 := by omega
  subst hab
  have hb : b = 4 := by omega
  rw [hb]

theorem digits_alternating_eleven (a b c d : Nat) (h : a + c = b + d) : (1000 * a + 100 * b + 10 * c + d) % 11 = 0 := by
  have ha : a = b + d - c := by omega
  have hc : c ≤ b + d := by omega
  omega

theorem digits_last_of_product (m n : Nat) (hm : m % 10 = 3) (hn : n % 10 = 9) : m * n % 10 = 7 := by
  rw [Nat.mul_mod, hm, hn]

theorem digits_even_iff_last_even (a b : Nat) : (10 * a + b) % 2 = 0 ↔ b % 2 = 0 := by
  constructor
  · intro h
    omega
  · intro h
    omega

theorem digits_multiple_of_five (a b : Nat) (hb : b ≤ 9) (h : (10 * a + b) % 5 = 0) : b = 0 ∨ b = 5 := by
  have hb5 : b % 5 = 0 := by omega
  by_cases hz : b = 0
  · left
    exact hz
  · right
    omega

theorem digits_three_equal (a : Nat) : 37 ∣ 100 * a + 10 * a + a := by
  refine ⟨3 * a, ?_⟩
  omega

/-! ## Remainder puzzles -/

theorem puzzle_remainder_of_double (n : Nat) (h : n % 9 = 5) : 2 * n % 9 = 1 := by
  rw [Nat.mul_mod, h]

theorem puzzle_two_moduli (n : Nat) (h₁ : n % 3 = 1) (h₂ : n % 4 = 2) (h₃ : n < 12) : n = 10 := by
  have h₄ : n % 12 = 10 := by omega
  rw [Nat.mod_eq_of_lt h₃] at h₄
  exact h₄

theorem puzzle_clock_hours (h : Nat) (hh : h % 12 = 10) : (h + 15) % 12 = 1 := by
  rw [Nat.add_mod]
  rw [hh]

theorem puzzle_weekday_after_year (d : Nat) (h : d % 7 = 6) : (d + 365) % 7 = 0 := by
  rw [Nat.add_mod, h]

theorem puzzle_shared_sweets (n k : Nat) (h₁ : n = 6 * k + 4) : n % 2 = 0 ∧ n % 3 = 1 := by
  subst h₁
  constructor
  · omega
  · omega

theorem puzzle_inverse_mod_seven (n : Nat) (h : 3 * n % 7 = 1) : n % 7 = 5 := by
  rw [Nat.mul_mod] at h
  have hlt : n % 7 < 7 := Nat.mod_lt n (by decide)
  generalize n % 7 = r at h hlt ⊢
  match r, hlt with
  | 0, _ => contradiction
  | 1, _ => contradiction
  | 2, _ => contradiction
  | 3, _ => contradiction
  | 4, _ => contradiction
  | 5, _ => rfl
  | 6, _ => contradiction

theorem puzzle_power_last_digit (n : Nat) (h : n % 4 = 3) : 2 ^ n % 10 = 8 := by
  have hq : n = 4 * (n / 4) + 3 := by omega
  rw [hq, Nat.pow_add]
  generalize n / 4 = q
  induction q with
  | zero => rfl
  | succ k ih =>
    rw [Nat.mul_succ 4 k, Nat.pow_add 2 (4 * k) 4]
    omega

theorem puzzle_sum_of_two_odd_squares (a b : Nat) (ha : a % 2 = 1) (hb : b % 2 = 1) : (a * a + b * b) % 2 = 0 := by
  rw [Nat.add_mod, Nat.mul_mod a a, Nat.mul_mod b b, ha, hb]

theorem puzzle_even_powers_of_seven (k : Nat) : 7 ^ (2 * k) % 48 = 1 := by
  rw [Nat.pow_mul, Nat.pow_mod]
  show 1 ^ k % 48 = 1
  rw [Nat.one_pow]

theorem puzzle_sum_of_remainders (a b : Nat) (h : (a + b) % 6 = 0) (k : a % 6 = 2) : b % 6 = 4 := by
  have hb := Nat.mod_lt b (show 0 < 6 by decide)
  omega

theorem puzzle_pigeonhole_parity (a b c : Nat) : (a + b) % 2 = 0 ∨ (b + c) % 2 = 0 ∨ (a + c) % 2 = 0 := by
  rcases Nat.mod_two_eq_zero_or_one a with ha | ha
  · rcases Nat.mod_two_eq_zero_or_one b with hb | hb
    · left
      omega
    · rcases Nat.mod_two_eq_zero_or_one c with hc | hc
      · right
        right
        omega
      · right
        left
        omega
  · rcases Nat.mod_two_eq_zero_or_one b with hb | hb
    · rcases Nat.mod_two_eq_zero_or_one c with hc | hc
      · right
        left
        omega
      · right
        right
        omega
    · left
      rw [Nat.add_mod, ha, hb]

/-! ## Functional equations -/

theorem functional_additive_at_zero (f : Int → Int) (h : ∀ x y, f (x + y) = f x + f y) : f 0 = 0 := by
  have h₀ := h 0 0
  rw [Int.add_zero] at h₀
  omega

theorem functional_additive_negation (f : Int → Int) (h : ∀ x y, f (x + y) = f x + f y) (a : Int) : f (-a) = -f a := by
  have h₀ := h 0 0
  have h₁ := h a (-a)
  rw [Int.add_right_neg] at h₁
  rw [Int.add_zero] at h₀
  omega

theorem functional_additive_on_naturals (f : Nat → Nat) (h : ∀ x y, f (x + y) = f x + f y) (n : Nat) : f n = n * f 1 := by
  induction n with
  | zero =>
    have h₀ := h 0 0
    rw [Nat.add_zero] at h₀
    omega
  | succ k ih =>
    rw [h, ih]
    exact (Nat.succ_mul k (f 1)).symm

theorem functional_shift_by_two (f : Nat → Nat) (h : ∀ x, f (x + 2) = f x + 4) (h0 : f 0 = 1) : f 6 = 13 := by
  have h₂ : f 2 = f 0 + 4 := h 0
  have h₄ : f 4 = f 2 + 4 := h 2
  have h₆ : f 6 = f 4 + 4 := h 4
  rw [h₆, h₄, h₂, h0]

theorem functional_linear_values (f : Int → Int) (a b : Int) (h : ∀ x, f x = a * x + b) (h₁ : f 1 = 5) (h₂ : f 3 = 11) :
    f 10 = 32 := by
  rw [h] at h₁ h₂
  rw [h]
  omega

theorem functional_self_inverse_value (f : Int → Int) (h : ∀ x, f (f x) = x) (h₂ : f 2 = 9) : f 9 = 2 := by
  rw [← h₂]
  exact h 2

theorem functional_constant_from_equation (f : Nat → Nat) (h : ∀ x y, f (x * y) = f x) (a b : Nat) : f a = f b := by
  have ha := h 1 a
  have hb := h 1 b
  rw [Nat.one_mul] at ha hb
  rw [ha, hb]

theorem functional_product_with_zero (f : Nat → Nat) (h : ∀ x y, f (x * y) = f x * f y) (hne : f 0 ≠ 0) : f 0 = 1 := by
  have h₀ := h 0 0
  rw [Nat.mul_zero] at h₀
  apply Nat.eq_of_mul_eq_mul_left (Nat.pos_of_ne_zero hne)
  rw [Nat.mul_one]
  exact h₀.symm

theorem functional_strict_no_fixed_bound (f : Nat → Nat) (h : ∀ x, x < f x) (b : Nat) : ¬∀ x, f x ≤ b := by
  intro hb
  have h₁ := hb b
  have h₂ := h b
  omega

/-! ## Inequalities -/

theorem inequality_sum_from_parts (a b c : Nat) (h₁ : a + b ≤ 10) (h₂ : b + c ≤ 12) (h₃ : a + c ≤ 14) : a + b + c ≤ 18 := by
  have h : 2 * (a + b + c) ≤ 36 := by omega
  exact Nat.le_of_mul_le_mul_left h (by decide)

theorem inequality_two_variables (a b : Int) : 4 * (a * b) ≤ (a + b) * (a + b) := by
  have h : 0 ≤ (a - b) * (a - b) := by
    rcases Int.le_total 0 (a - b) with k | k
    · exact Int.mul_nonneg k k
    · exact Int.mul_nonneg_of_nonpos_of_nonpos k k
  grind

theorem inequality_square_plus_one (a : Int) : 2 * a ≤ a * a + 1 := by
  have h : 0 ≤ (a - 1) * (a - 1) := by
    rcases Int.le_total 0 (a - 1) with k | k
    · exact Int.mul_nonneg k k
    · exact Int.mul_nonneg_of_nonpos_of_nonpos k k
  grind

theorem inequality_product_positive_factors (a b : Nat) (ha : 2 ≤ a) (hb : 2 ≤ b) : a + b ≤ a * b := by
  obtain ⟨m, rfl⟩ := Nat.exists_eq_add_of_le ha
  obtain ⟨n, rfl⟩ := Nat.exists_eq_add_of_le hb
  simp only [Nat.add_mul, Nat.mul_add]
  omega

theorem inequality_square_between (n : Nat) (h : 0 < n) : n * n < n * n + n ∧ n * n + n < (n + 1) * (n + 1) := by
  constructor
  · exact Nat.lt_add_of_pos_right h
  · simp only [Nat.add_mul, Nat.mul_add]
    omega

theorem inequality_triangle_like (a b c : Int) (h₁ : a < b + c) (h₂ : b < a + c) : 0 < c := by
  have h : a + b < a + b + 2 * c := by omega
  omega

theorem inequality_mediant (a b : Nat) (h : a < b) : 2 * a < a + b ∧ a + b < 2 * b := by
  refine ⟨?_, ?_⟩
  · rw [Nat.two_mul]
    exact Nat.add_lt_add_left h a
  · rw [Nat.two_mul]
    exact Nat.add_lt_add_right h b
