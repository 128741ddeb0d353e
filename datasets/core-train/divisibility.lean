/-! # Divisibility, remainders, parity, greatest common divisors -/

/-! ## Divisibility -/

theorem dvd_sum_of_three (d a b c : Nat) (ha : d ∣ a) (hb : d ∣ b) (hc : d ∣ c) : d ∣ a + b + c := by
  apply Nat.dvd_add
  · exact Nat.dvd_add ha hb
  · exact hc

theorem dvd_sum_with_witnesses (d a b : Nat) (ha : d ∣ a) (hb : d ∣ b) : d ∣ b + a := by
  obtain ⟨m, rfl⟩ := ha
  obtain ⟨n, rfl⟩ := hb
  exists n + m
  rw [Nat.mul_add]

theorem dvd_chain_of_three (a b c d : Nat) (h₁ : a ∣ b) (h₂ : b ∣ c) (h₃ : c ∣ d) : a ∣ d := by
  apply Nat.dvd_trans h₁
  exact Nat.dvd_trans h₂ h₃

theorem dvd_multiple_left (d a k : Nat) (h : d ∣ a) : d ∣ k * a := by
  obtain ⟨m, hm⟩ := h
  rw [hm]
  refine ⟨k * m, ?_⟩
  exact Nat.mul_left_comm k d m

theorem dvd_linear_combination (d a b x y : Nat) (ha : d ∣ a) (hb : d ∣ b) : d ∣ x * a + b * y := by
  apply Nat.dvd_add
  · exact Nat.dvd_mul_left_of_dvd ha x
  · exact Nat.dvd_mul_right_of_dvd hb y

theorem dvd_products (a b c d : Nat) (h : a ∣ c) (k : b ∣ d) : a * b ∣ c * d := by
  obtain ⟨m, rfl⟩ := h
  obtain ⟨n, rfl⟩ := k
  exists m * n
  exact Nat.mul_mul_mul_comm a m b n

theorem dvd_both_ways_equal (a b : Nat) (h : a ∣ b) (k : b ∣ a) : b = a := by
  apply Nat.dvd_antisymm
  · exact k
  · exact h

theorem dvd_difference_known_sum (d a b : Nat) (h : d ∣ a + b) (k : d ∣ a) : d ∣ b := by
  rw [Nat.dvd_add_right k] at h
  exact h

theorem dvd_zero_only_zero (n : Nat) (h : 0 ∣ n) : n = 0 := by
  obtain ⟨c, hc⟩ := h
  rw [hc]
  exact Nat.zero_mul c

theorem dvd_one_only_one (n : Nat) (h : n ∣ 1) : n + 1 = 2 := by
  rw [Nat.dvd_one] at h
  rw [h]

theorem dvd_bounds_divisor (d n : Nat) (h : d ∣ n) (hn : n ≠ 0) : d ≤ n := by
  apply Nat.le_of_dvd
  · exact Nat.pos_of_ne_zero hn
  · exact h

theorem dvd_smaller_is_zero (d n : Nat) (h : d ∣ n) (hn : n < d) : n = 0 := by
  cases n with
  | zero => rfl
  | succ k =>
    have hle := Nat.le_of_dvd (Nat.succ_pos k) h
    exact absurd hn (Nat.not_lt_of_le hle)

theorem dvd_square_of_dvd (d n : Nat) (h : d ∣ n) : d * d ∣ n * n := by
  exact Nat.mul_dvd_mul h h

theorem dvd_power_of_positive_exponent (a n : Nat) (h : 0 < n) : a ∣ a ^ n := by
  cases n with
  | zero => contradiction
  | succ k =>
    rw [Nat.pow_succ]
    exact Nat.dvd_mul_left a (a ^ k)

theorem dvd_six_from_two_and_three (n : Nat) (h : 2 ∣ n) (k : 3 ∣ n) : 6 ∣ n := by
  have hc : Nat.Coprime 2 3 := by decide
  exact Nat.Coprime.mul_dvd_of_dvd_of_dvd hc h k

theorem dvd_twelve_gives_four (n : Nat) (h : 12 ∣ n) : 4 ∣ n := by
  obtain ⟨c, hc⟩ := h
  exists 3 * c
  omega

theorem dvd_three_consecutive_sum (n : Nat) : 3 ∣ n + (n + 1) + (n + 2) := by
  refine ⟨n + 1, ?_⟩
  omega

theorem dvd_five_consecutive_sum (n : Nat) : 5 ∣ n + (n + 1) + (n + 2) + (n + 3) + (n + 4) := by
  exists n + 2
  omega

theorem dvd_three_product_of_consecutive (n : Nat) : 3 ∣ n * (n + 1) * (n + 2) := by
  have h : n % 3 = 0 ∨ n % 3 = 1 ∨ n % 3 = 2 := by omega
  rcases h with h | h | h
  · have hd : 3 ∣ n := Nat.dvd_of_mod_eq_zero h
    exact Nat.dvd_mul_right_of_dvd (Nat.dvd_mul_right_of_dvd hd (n + 1)) (n + 2)
  · have hd : 3 ∣ n + 2 := by omega
    exact Nat.dvd_mul_left_of_dvd hd _
  · have hd : 3 ∣ n + 1 := by omega
    apply Nat.dvd_mul_right_of_dvd
    exact Nat.dvd_mul_left_of_dvd hd n

theorem dvd_seven_of_two_digit_trick (a b : Nat) (h : 7 ∣ a + 5 * b) : 7 ∣ 10 * a + b := by
  omega

theorem dvd_eleven_of_repeated_digits (a b : Nat) : 11 ∣ 1000 * a + 100 * b + 10 * b + a := by
  refine ⟨91 * a + 10 * b, ?_⟩
  omega

theorem dvd_not_two_consecutive (d n : Nat) (hd : 1 < d) (h : d ∣ n) : ¬d ∣ n + 1 := by
  intro k
  rw [Nat.dvd_add_right h] at k
  rw [Nat.dvd_one] at k
  omega

/-! ## Remainders -/

theorem mod_of_multiple_plus (q r : Nat) (h : r < 9) : (9 * q + r) % 9 = r := by
  rw [Nat.mul_add_mod]
  exact Nat.mod_eq_of_lt h

theorem mod_decomposition (n : Nat) : ∃ q r, n = 8 * q + r ∧ r < 8 := by
  refine ⟨n / 8, n % 8, ?_, ?_⟩
  · exact (Nat.div_add_mod n 8).symm
  · apply Nat.mod_lt
    decide

theorem mod_two_steps (n : Nat) : n % 12 % 4 = n % 4 := by
  apply Nat.mod_mod_of_dvd
  decide

theorem mod_sum_of_equal_classes (a b m : Nat) (h : a % m = b % m) : (a + 1) % m = (b + 1) % m := by
  rw [Nat.add_mod]
  rw [h]
  exact (Nat.add_mod b 1 m).symm

theorem mod_product_of_equal_classes (a b c m : Nat) (h : a % m = b % m) : (a * c) % m = (b * c) % m := by
  rw [Nat.mul_mod, h, ← Nat.mul_mod]

theorem mod_power_of_equal_classes (a b m n : Nat) (h : a % m = b % m) : a ^ n % m = b ^ n % m := by
  induction n with
  | zero => rfl
  | succ k ih =>
    rw [Nat.pow_succ, Nat.pow_succ]
    rw [Nat.mul_mod, ih, h, ← Nat.mul_mod]

theorem mod_square_class_three (n : Nat) (h : n % 3 ≠ 0) : n * n % 3 = 1 := by
  have hc : n % 3 = 1 ∨ n % 3 = 2 := by omega
  rcases hc with hc | hc
  · rw [Nat.mul_mod, hc]
  · rw [Nat.mul_mod, hc]

theorem mod_square_never_two (n : Nat) : n * n % 3 ≠ 2 := by
  rw [Nat.mul_mod]
  have h : n % 3 < 3 := Nat.mod_lt n (by decide)
  generalize n % 3 = r at h ⊢
  match r with
  | 0 => decide
  | 1 => decide
  | 2 => decide
  | k + 3 => omega

theorem mod_square_last_digit (n : Nat) (h : n % 10 = 7) : n * n % 10 = 9 := by
  rw [Nat.mul_mod]
  rw [h]

theorem mod_cube_class_seven (n : Nat) (h : n % 7 = 3) : n ^ 3 % 7 = 6 := by
  rw [Nat.pow_mod, h]

theorem mod_odd_square_eight (n : Nat) (h : n % 2 = 1) : n * n % 8 = 1 := by
  have hc : n % 8 = 1 ∨ n % 8 = 3 ∨ n % 8 = 5 ∨ n % 8 = 7 := by omega
  rw [Nat.mul_mod]
  rcases hc with hc | hc | hc | hc <;> rw [hc]

theorem mod_fourth_power_five (n : Nat) (h : n % 5 ≠ 0) : n ^ 4 % 5 = 1 := by
  rw [Nat.pow_mod]
  have hlt : n % 5 < 5 := Nat.mod_lt n (by decide)
  generalize n % 5 = r at h hlt ⊢
  match r, h, hlt with
  | 1, _, _ => decide
  | 2, _, _ => decide
  | 3, _, _ => decide
  | 4, _, _ => decide

theorem mod_from_two_remainders (n : Nat) (h : n % 4 = 3) (k : n % 5 = 2) : n % 20 = 7 := by
  omega

theorem mod_sum_of_three_odds (a b c : Nat) (ha : a % 2 = 1) (hb : b % 2 = 1) (hc : c % 2 = 1) : (a + b + c) % 2 = 1 := by
  rw [Nat.add_mod, Nat.add_mod a b]
  rw [ha, hb, hc]

theorem mod_zero_gives_multiple (n m : Nat) (h : n % m = 0) : ∃ k, n = k * m := by
  have hd := Nat.dvd_of_mod_eq_zero h
  obtain ⟨k, hk⟩ := hd
  exists k
  rw [hk, Nat.mul_comm]

theorem mod_period_of_powers_of_three (n : Nat) : 3 ^ (4 * n) % 10 = 1 := by
  induction n with
  | zero => rfl
  | succ k ih =>
    rw [Nat.mul_succ, Nat.pow_add]
    omega

theorem mod_powers_of_six (n : Nat) : 6 ^ (n + 1) % 10 = 6 := by
  induction n with | zero => ?_ | succ k ih => ?_
  · decide
  · rw [Nat.pow_succ, Nat.mul_mod, ih]

theorem mod_powers_of_four_by_three (n : Nat) : 4 ^ n % 3 = 1 := by
  rw [Nat.pow_mod]
  show 1 ^ n % 3 = 1
  rw [Nat.one_pow]

theorem div_of_sum_with_multiple (a b : Nat) : (a + 6 * b) / 6 = a / 6 + b := by
  apply Nat.add_mul_div_left
  decide

theorem div_then_mul_bound (a b : Nat) : a / (b + 1) * (b + 1) ≤ a := by
  exact Nat.div_mul_le_self a (b + 1)

theorem div_zero_when_smaller (a b : Nat) (h : a < b) : a / b + a % b = a := by
  rw [Nat.div_eq_of_lt h]
  rw [Nat.mod_eq_of_lt h]
  exact Nat.zero_add a

theorem div_exact_of_product (a b c : Nat) (hb : 0 < b) (h : a = b * c) : a / b = c := by
  subst h
  exact Nat.mul_div_cancel_left c hb

/-! ## Parity -/

theorem parity_sum_of_evens (a b : Nat) (ha : ∃ m, a = 2 * m) (hb : ∃ n, b = 2 * n) : ∃ k, a + b = 2 * k := by
  obtain ⟨m, hm⟩ := ha
  obtain ⟨n, hn⟩ := hb
  exists m + n
  rw [hm, hn, Nat.mul_add]

theorem parity_product_of_odds (a b : Nat) (ha : ∃ m, a = 2 * m + 1) (hb : ∃ n, b = 2 * n + 1) : ∃ k, a * b = 2 * k + 1 := by
  obtain ⟨m, rfl⟩ := ha
  obtain ⟨n, rfl⟩ := hb
  refine ⟨2 * (m * n) + m + n, ?_⟩
  simp only [Nat.add_mul, Nat.mul_add, Nat.mul_assoc, Nat.mul_left_comm m 2 n]
  omega

theorem parity_even_times_anything (a b : Nat) (h : a % 2 = 0) : a * b % 2 = 0 := by
  rw [Nat.mul_mod, h]
  rw [Nat.zero_mul]

theorem parity_square_even_root (n : Nat) (h : n * n % 2 = 0) : n % 2 = 0 := by
  rcases Nat.mod_two_eq_zero_or_one n with h₀ | h₁
  · exact h₀
  · rw [Nat.mul_mod, h₁] at h
    contradiction

theorem parity_of_consecutive_sum (n : Nat) : (n + (n + 1)) % 2 = 1 := by
  have h : n + (n + 1) = 2 * n + 1 := by omega
  rw [h]
  exact Nat.mul_add_mod 2 n 1

theorem parity_even_or_next_even (n : Nat) : (∃ k, n = 2 * k) ∨ ∃ k, n + 1 = 2 * k := by
  induction n with
  | zero =>
    left
    exact ⟨0, rfl⟩
  | succ m ih =>
    rcases ih with ⟨k, hk⟩ | ⟨k, hk⟩
    · right
      exists k + 1
      omega
    · left
      exact ⟨k, hk⟩

theorem parity_sum_and_difference (a b : Nat) (h : b ≤ a) : (a + b) % 2 = (a - b) % 2 := by
  obtain ⟨c, rfl⟩ := Nat.exists_eq_add_of_le h
  rw [Nat.add_sub_cancel_left]
  omega

theorem parity_pow_of_odd_base (n : Nat) : 5 ^ n % 2 = 1 := by
  induction n with
  | zero => rfl
  | succ k ih =>
    rw [Nat.pow_succ]
    omega

theorem parity_no_even_equals_odd (a b : Nat) : 2 * a ≠ 2 * b + 1 := by
  intro h
  have hm := congrArg (fun n => n % 2) h
  simp only at hm
  omega

/-! ## Greatest common divisors -/

theorem gcd_divides_sum (a b : Nat) : Nat.gcd a b ∣ a + b := by
  apply Nat.dvd_add
  · exact Nat.gcd_dvd_left a b
  · exact Nat.gcd_dvd_right a b

theorem gcd_of_multiple (a k : Nat) : Nat.gcd a (a * k) = a := by
  apply Nat.gcd_eq_left
  exact Nat.dvd_mul_right a k

theorem gcd_swap_use (a b d : Nat) (h : Nat.gcd a b = d) : Nat.gcd b a = d := by
  rw [Nat.gcd_comm]
  exact h

theorem gcd_common_divisor_bound (a b d : Nat) (ha : 0 < a) (h : d ∣ a) (k : d ∣ b) : d ≤ Nat.gcd a b := by
  apply Nat.le_of_dvd
  · exact Nat.gcd_pos_of_pos_left b ha
  · exact Nat.dvd_gcd h k

theorem gcd_consecutive_is_one (n : Nat) : Nat.gcd n (n + 1) = 1 := by
  have h₁ := Nat.gcd_dvd_left n (n + 1)
  have h₂ := Nat.gcd_dvd_right n (n + 1)
  rw [Nat.dvd_add_right h₁] at h₂
  exact Nat.dvd_one.mp h₂

theorem gcd_two_apart_divides_two (n : Nat) : Nat.gcd n (n + 2) ∣ 2 := by
  have h₁ := Nat.gcd_dvd_left n (n + 2)
  have h₂ := Nat.gcd_dvd_right n (n + 2)
  exact (Nat.dvd_add_right h₁).mp h₂

theorem gcd_of_equal_numbers (a b : Nat) (h : a = b) : Nat.gcd a b = b := by
  rw [h]
  exact Nat.gcd_self b

theorem gcd_one_of_unit_combination (a b : Nat) (h : b = a * 4 + 1) : Nat.gcd a b = 1 := by
  have h₁ := Nat.gcd_dvd_left a b
  have h₂ := Nat.gcd_dvd_right a b
  have h₃ : Nat.gcd a b ∣ a * 4 := Nat.dvd_mul_right_of_dvd h₁ 4
  rw [Nat.dvd_one.symm]
  apply (Nat.dvd_add_right h₃).mp
  rw [← h]
  exact h₂

theorem gcd_concrete_steps : Nat.gcd 252 198 = 18 := by
  rw [Nat.gcd_comm]
  rw [Nat.gcd_rec]
  rfl

theorem lcm_is_common_multiple (a b : Nat) : a ∣ Nat.lcm a b ∧ b ∣ Nat.lcm a b := by
  constructor
  · exact Nat.dvd_lcm_left a b
  · exact Nat.dvd_lcm_right a b

theorem lcm_divides_product (a b : Nat) : Nat.lcm a b ∣ b * a := by
  apply Nat.lcm_dvd
  · exact Nat.dvd_mul_left a b
  · exact Nat.dvd_mul_right b a
