def total : List Nat → Nat
  | [] => 0
  | x :: xs => x + total xs

theorem total_append (xs ys : List Nat) : total (xs ++ ys) = total xs + total ys := by
  sorry

theorem both (a b : Nat) (h : a = b) : b = a ∧ a + 0 = b := by
  sorry
