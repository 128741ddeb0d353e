/-! # Recursions and closed forms, by induction -/

/-! ## Sums -/

theorem seq_sum_of_odd_numbers (s : Nat → Nat) (h0 : s 0 = 0) (h : ∀ n, s (n + 1) = s n + (2 * n + 1)) (n : Nat) :
    s n = n * n := by
  induction n with
  | zero => exact h0
  | succ k ih =>
    rw [h, ih]
    simp only [Nat.add_mul, Nat.mul_add]
    omega

theorem seq_sum_of_even_numbers (s : Nat → Nat) (h0 : s 0 = 0) (h : ∀ n, s (n + 1) = s n + 2 * (n + 1)) (n : Nat) :
    s n = n * (n + 1) := by
  induction n with | zero => ?_ | succ k ih => ?_
  · rw [h0]
  · rw [h, ih, ← Nat.add_mul]
    exact Nat.mul_comm _ _

theorem seq_sum_of_squares (s : Nat → Nat) (h0 : s 0 = 0) (h : ∀ n, s (n + 1) = s n + (n + 1) * (n + 1)) (n : Nat) :
    6 * s n = n * (n + 1) * (2 * n + 1) := by
  induction n with
  | zero =>
    rw [h0]
  | succ k ih =>
    rw [h]
    rw [Nat.mul_add, ih]
    grind

theorem seq_sum_of_cubes (s : Nat → Nat) (h0 : s 0 = 0) (h : ∀ n, s (n + 1) = s n + (n + 1) ^ 3) (n : Nat) :
    4 * s n = n ^ 2 * (n + 1) ^ 2 := by
  induction n with
  | zero =>
    rw [h0]
  | succ k ih =>
    rw [h, Nat.mul_add, ih]
    grind

theorem seq_sum_of_powers_of_two (s : Nat → Nat) (h0 : s 0 = 0) (h : ∀ n, s (n + 1) = s n + 2 ^ n) (n : Nat) :
    s n + 1 = 2 ^ n := by
  induction n with
  | zero =>
    rw [h0]
  | succ k ih =>
    rw [h, Nat.pow_succ]
    omega

theorem seq_sum_of_powers_of_three (s : Nat → Nat) (h0 : s 0 = 0) (h : ∀ n, s (n + 1) = s n + 3 ^ n) (n : Nat) :
    2 * s n + 1 = 3 ^ n := by
  induction n with | zero => ?_ | succ k ih => ?_
  · rw [h0]
  · rw [h, Nat.pow_succ, ← ih]
    omega

theorem seq_sum_of_multiples_of_three (s : Nat → Nat) (h0 : s 0 = 0) (h : ∀ n, s (n + 1) = s n + 3 * (n + 1)) (n : Nat) :
    2 * s n = 3 * n * (n + 1) := by
  induction n with
  | zero =>
    rw [h0]
  | succ k ih =>
    rw [h]
    have hk : 3 * (k + 1) * (k + 1 + 1) = 3 * k * (k + 1) + 6 * (k + 1) := by grind
    rw [hk, ← ih]
    omega

theorem seq_sum_of_adjacent_products (s : Nat → Nat) (h0 : s 0 = 0) (h : ∀ n, s (n + 1) = s n + (n + 1) * (n + 2)) (n : Nat) :
    3 * s n = n * (n + 1) * (n + 2) := by
  induction n with
  | zero =>
    rw [h0]
  | succ k ih =>
    rw [h, Nat.mul_add]
    rw [ih]
    grind

theorem seq_sum_of_constant (s : Nat → Nat) (c : Nat) (h0 : s 0 = 0) (h : ∀ n, s (n + 1) = s n + c) (n : Nat) :
    s n = n * c := by
  induction n with
  | zero =>
    rw [h0]
    exact (Nat.zero_mul c).symm
  | succ k ih =>
    rw [h, ih]
    exact (Nat.succ_mul k c).symm

theorem seq_sum_is_additive (s t u : Nat → Nat) (hs : ∀ n, s (n + 1) = s n + u n) (ht : ∀ n, t (n + 1) = t n + u n)
    (h0 : s 0 = t 0) (n : Nat) : s n = t n := by
  induction n with
  | zero => exact h0
  | succ k ih =>
    rw [hs, ht]
    rw [ih]

/-! ## Linear recursions -/

theorem seq_arithmetic_closed_form (a : Nat → Nat) (d : Nat) (h : ∀ n, a (n + 1) = a n + d) (n : Nat) : a n = a 0 + n * d := by
  induction n with
  | zero =>
    rw [Nat.zero_mul]
    rfl
  | succ k ih =>
    rw [h, ih]
    rw [Nat.succ_mul]
    exact Nat.add_assoc _ _ _

theorem seq_arithmetic_integer (a : Nat → Int) (h0 : a 0 = 10) (h : ∀ n, a (n + 1) = a n - 3) (n : Nat) : a n = 10 - 3 * n := by
  induction n with
  | zero =>
    rw [h0]
    rfl
  | succ k ih =>
    rw [h, ih]
    omega

theorem seq_geometric_closed_form (a : Nat → Nat) (q : Nat) (h : ∀ n, a (n + 1) = q * a n) (n : Nat) : a n = q ^ n * a 0 := by
  induction n with
  | zero =>
    rw [Nat.pow_zero, Nat.one_mul]
  | succ k ih =>
    rw [h, ih, Nat.pow_succ]
    rw [Nat.mul_comm (q ^ k) q, Nat.mul_assoc]

theorem seq_double_plus_one (a : Nat → Nat) (h0 : a 0 = 0) (h : ∀ n, a (n + 1) = 2 * a n + 1) (n : Nat) : a n + 1 = 2 ^ n := by
  induction n with | zero => ?_ | succ k ih => ?_
  · rw [h0]
  · rw [h, Nat.pow_succ, ← ih]
    omega

theorem seq_double_minus_one (a : Nat → Int) (h0 : a 0 = 2) (h : ∀ n, a (n + 1) = 2 * a n - 1) (n : Nat) : a n = 2 ^ n + 1 := by
  induction n with
  | zero =>
    rw [h0]
    rfl
  | succ k ih =>
    rw [h, ih]
    grind

theorem seq_triple_plus_two (a : Nat → Nat) (h0 : a 0 = 1) (h : ∀ n, a (n + 1) = 3 * a n + 2) (n : Nat) : a n + 1 = 2 * 3 ^ n := by
  induction n with
  | zero =>
    rw [h0]
  | succ k ih =>
    rw [h]
    rw [Nat.pow_succ]
    omega

theorem seq_four_times_plus_three (a : Nat → Nat) (h0 : a 0 = 0) (h : ∀ n, a (n + 1) = 4 * a n + 3) (n : Nat) : a n % 3 = 0 := by
  induction n with
  | zero => rw [h0]
  | succ k ih =>
    rw [h]
    omega

theorem seq_two_term_recursion (a : Nat → Nat) (h0 : a 0 = 1) (h1 : a 1 = 2) (h : ∀ n, a (n + 2) = 3 * a (n + 1) - 2 * a n)
    (n : Nat) : a n = 2 ^ n ∧ a (n + 1) = 2 ^ (n + 1) := by
  induction n with
  | zero => exact ⟨h0, h1⟩
  | succ k ih =>
    obtain ⟨ih₀, ih₁⟩ := ih
    refine ⟨ih₁, ?_⟩
    rw [h, ih₀, ih₁]
    simp only [Nat.pow_succ]
    omega

theorem seq_alternating_sign (a : Nat → Int) (h0 : a 0 = 1) (h : ∀ n, a (n + 1) = -a n) (n : Nat) : a (2 * n) = 1 := by
  induction n with
  | zero => exact h0
  | succ k ih =>
    rw [Nat.mul_succ]
    show a (2 * k + 1 + 1) = 1
    rw [h, h, Int.neg_neg]
    exact ih

theorem seq_period_two (a : Nat → Nat) (h0 : a 0 = 3) (h1 : a 1 = 8) (h : ∀ n, a (n + 2) = a n) (n : Nat) :
    a (2 * n) = 3 ∧ a (2 * n + 1) = 8 := by
  induction n with
  | zero => exact ⟨h0, h1⟩
  | succ k ih =>
    constructor
    · rw [Nat.mul_succ, h]
      exact ih.1
    · rw [Nat.mul_succ, Nat.add_right_comm, h]
      exact ih.2

theorem seq_fibonacci_positive (f : Nat → Nat) (h0 : f 0 = 1) (h1 : f 1 = 1) (h : ∀ n, f (n + 2) = f (n + 1) + f n) (n : Nat) :
    0 < f n ∧ 0 < f (n + 1) := by
  induction n with
  | zero =>
    rw [h0, h1]
    decide
  | succ k ih =>
    refine ⟨ih.2, ?_⟩
    rw [h]
    exact Nat.add_pos_left ih.2 _

theorem seq_fibonacci_sum (f s : Nat → Nat) (h1 : f 1 = 1) (h : ∀ n, f (n + 2) = f (n + 1) + f n) (hs0 : s 0 = 0)
    (hs : ∀ n, s (n + 1) = s n + f n) (n : Nat) : s n + 1 = f (n + 1) := by
  induction n with
  | zero =>
    rw [hs0, h1]
  | succ k ih =>
    rw [hs, h, ← ih]
    omega

theorem seq_fibonacci_parity (f : Nat → Nat) (h0 : f 0 = 0) (h1 : f 1 = 1) (h : ∀ n, f (n + 2) = f (n + 1) + f n) (n : Nat) :
    f (3 * n) % 2 = 0 ∧ f (3 * n + 1) % 2 = 1 := by
  induction n with
  | zero =>
    rw [Nat.mul_zero, h0, h1]
    decide
  | succ k ih =>
    obtain ⟨ih₀, ih₁⟩ := ih
    have h₂ : f (3 * k + 2) = f (3 * k + 1) + f (3 * k) := h (3 * k)
    have h₃ : f (3 * k + 3) = f (3 * k + 2) + f (3 * k + 1) := h (3 * k + 1)
    have h₄ : f (3 * k + 4) = f (3 * k + 3) + f (3 * k + 2) := h (3 * k + 2)
    rw [Nat.mul_succ]
    constructor
    · show f (3 * k + 3) % 2 = 0
      omega
    · show f (3 * k + 4) % 2 = 1
      omega

theorem seq_collatz_like_bounded (a : Nat → Nat) (h0 : a 0 = 7) (h : ∀ n, a (n + 1) = a n / 2 + 3) (n : Nat) : a n ≤ 7 := by
  induction n with
  | zero =>
    rw [h0]
    exact Nat.le_refl 7
  | succ k ih =>
    rw [h]
    omega

/-! ## Monotone sequences and estimates -/

theorem seq_monotone_by_distance (a : Nat → Nat) (h : ∀ n, a n ≤ a (n + 1)) (m d : Nat) : a m ≤ a (m + d) := by
  induction d with
  | zero => exact Nat.le_refl _
  | succ k ih =>
    apply Nat.le_trans ih
    exact h (m + k)

theorem seq_monotone_general (a : Nat → Nat) (h : ∀ n, a n ≤ a (n + 1)) (m n : Nat) (hmn : m ≤ n) : a m ≤ a n := by
  induction hmn with
  | refl => exact Nat.le_refl (a m)
  | step _ ih => exact Nat.le_trans ih (h _)

theorem seq_decreasing_below_start (a : Nat → Int) (h : ∀ n, a (n + 1) < a n) (n : Nat) : a (n + 1) < a 0 := by
  induction n with | zero => ?_ | succ k ih => ?_
  · exact h 0
  · apply Int.lt_trans
    · exact h (k + 1)
    · exact ih

theorem seq_growth_at_least_double (a : Nat → Nat) (h0 : 1 ≤ a 0) (h : ∀ n, 2 * a n ≤ a (n + 1)) (n : Nat) : 2 ^ n ≤ a n := by
  induction n with
  | zero => exact h0
  | succ k ih =>
    have hk := h k
    rw [Nat.pow_succ]
    omega

theorem seq_bounded_increments (a : Nat → Nat) (h0 : a 0 = 0) (h : ∀ n, a (n + 1) ≤ a n + 5) (n : Nat) : a n ≤ 5 * n := by
  induction n with
  | zero =>
    rw [h0]
    exact Nat.zero_le _
  | succ k ih =>
    have hk := h k
    omega

theorem seq_factorial_positive (f : Nat → Nat) (h0 : f 0 = 1) (h : ∀ n, f (n + 1) = (n + 1) * f n) (n : Nat) : 0 < f n := by
  induction n with
  | zero =>
    rw [h0]
    exact Nat.one_pos
  | succ k ih =>
    rw [h]
    exact Nat.mul_pos (Nat.succ_pos k) ih

theorem seq_factorial_divides_next (f : Nat → Nat) (h : ∀ n, f (n + 1) = (n + 1) * f n) (n : Nat) : f n ∣ f (n + 2) := by
  rw [h (n + 1), h n]
  apply Nat.dvd_mul_left_of_dvd
  exact Nat.dvd_mul_left (f n) (n + 1)

theorem seq_factorial_exceeds_power (f : Nat → Nat) (h0 : f 0 = 1) (h : ∀ n, f (n + 1) = (n + 1) * f n) (n : Nat) :
    2 ^ n ≤ f (n + 1) := by
  induction n with
  | zero =>
    rw [h, h0]
    decide
  | succ k ih =>
    rw [h, Nat.pow_succ, Nat.mul_comm]
    apply Nat.mul_le_mul
    · omega
    · exact ih

theorem seq_product_of_ones (p a : Nat → Nat) (h0 : p 0 = 1) (h : ∀ n, p (n + 1) = p n * a n) (ha : ∀ n, a n = 1) (n : Nat) :
    p n = 1 := by
  induction n with
  | zero => assumption
  | succ k ih =>
    rw [h, ih, ha]

/-! ## Divisibility by induction -/

theorem induction_six_divides_seven_pow (n : Nat) : 7 ^ n % 6 = 1 := by
  induction n with
  | zero => rfl
  | succ k ih =>
    rw [Nat.pow_succ, Nat.mul_mod, ih]

theorem induction_eight_divides_nine_pow_minus_one (n : Nat) : ∃ k, 9 ^ n = 8 * k + 1 := by
  induction n with
  | zero => exact ⟨0, rfl⟩
  | succ m ih =>
    obtain ⟨k, hk⟩ := ih
    refine ⟨9 * k + 1, ?_⟩
    rw [Nat.pow_succ, hk]
    omega

theorem induction_five_divides_mixed_powers (n : Nat) : 5 ∣ 2 ^ n + 4 * 7 ^ n := by
  induction n with
  | zero => exact ⟨1, rfl⟩
  | succ k ih =>
    rw [Nat.pow_succ, Nat.pow_succ]
    omega

theorem induction_three_divides_cube_plus_five (n : Nat) : (n ^ 3 + 5 * n) % 3 = 0 := by
  induction n with
  | zero => rfl
  | succ k ih =>
    have h : (k + 1) ^ 3 + 5 * (k + 1) = (k ^ 3 + 5 * k) + 3 * (k * k + k + 2) := by grind
    rw [h, Nat.add_mul_mod_self_left]
    exact ih

theorem induction_two_divides_square_plus_self (n : Nat) : (n * n + n) % 2 = 0 := by
  induction n with
  | zero => rfl
  | succ k ih =>
    simp only [Nat.add_mul, Nat.mul_add, Nat.one_mul, Nat.mul_one]
    omega

theorem induction_eleven_divides_even_powers_of_ten (n : Nat) : 10 ^ (2 * n) % 11 = 1 := by
  rw [Nat.pow_mul]
  induction n with
  | zero => rfl
  | succ k ih =>
    rw [Nat.pow_succ, Nat.mul_mod]
    rw [ih]

theorem induction_four_divides_powers_of_three (n : Nat) : (3 ^ n + 2 * n) % 4 = 1 := by
  have h : 3 ^ n % 4 = 1 ∧ n % 2 = 0 ∨ 3 ^ n % 4 = 3 ∧ n % 2 = 1 := by
    induction n with
    | zero => exact Or.inl ⟨rfl, rfl⟩
    | succ k ih =>
      rw [Nat.pow_succ]
      rcases ih with ⟨h₁, h₂⟩ | ⟨h₁, h₂⟩
      · right
        constructor <;> omega
      · left
        constructor <;> omega
  omega

/-! ## Inequalities by induction -/

theorem induction_bernoulli (x n : Nat) : 1 + n * x ≤ (1 + x) ^ n := by
  induction n with
  | zero =>
    rw [Nat.zero_mul]
    exact Nat.le_refl 1
  | succ k ih =>
    rw [Nat.pow_succ]
    refine Nat.le_trans ?_ (Nat.mul_le_mul_right (1 + x) ih)
    rw [Nat.mul_add, Nat.mul_one, Nat.succ_mul]
    have h : x ≤ (1 + k * x) * x := Nat.le_mul_of_pos_left x (by omega)
    omega

theorem induction_pow_monotone_in_base (a b n : Nat) (h : a ≤ b) : a ^ n ≤ b ^ n := by
  induction n with
  | zero => exact Nat.le_refl 1
  | succ k ih =>
    rw [Nat.pow_succ, Nat.pow_succ]
    exact Nat.mul_le_mul ih h

theorem induction_two_pow_below_three_pow (n : Nat) : 2 ^ n ≤ 3 ^ n := by
  induction n with | zero => ?_ | succ k ih => ?_
  · decide
  · simp only [Nat.pow_succ]
    omega

theorem induction_linear_below_four_pow (n : Nat) : 3 * n < 4 ^ n := by
  induction n with
  | zero => decide
  | succ k ih =>
    rw [Nat.pow_succ]
    omega

theorem induction_from_five (n : Nat) (h : 5 ≤ n) : 4 * n + 12 ≤ 2 ^ n := by
  obtain ⟨k, rfl⟩ := Nat.exists_eq_add_of_le h
  clear h
  induction k with
  | zero => decide
  | succ j ih =>
    rw [← Nat.add_assoc, Nat.pow_succ]
    omega

theorem induction_cube_below_five_pow (n : Nat) : n * n ≤ 5 ^ n := by
  induction n with
  | zero => decide
  | succ k ih =>
    have h : k < 5 ^ k := Nat.lt_pow_self (by decide)
    rw [Nat.pow_succ]
    simp only [Nat.add_mul, Nat.mul_add]
    omega
