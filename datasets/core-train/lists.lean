/-! # Lists -/

/-! ## Building blocks -/

theorem list_cons_parts (α : Type) (x y : α) (xs ys : List α) (h : x :: xs = y :: ys) : xs = ys ∧ y = x := by
  injection h with hx hxs
  exact ⟨hxs, hx.symm⟩

theorem list_cons_not_empty (α : Type) (x : α) (xs ys : List α) (h : ys = x :: xs) : ys ≠ [] := by
  subst h
  intro k
  cases k

theorem list_empty_or_cons (α : Type) (xs : List α) : xs = [] ∨ ∃ y ys, xs = y :: ys := by
  cases xs with
  | nil =>
    left
    rfl
  | cons y ys =>
    right
    exact ⟨y, ys, rfl⟩

theorem list_cons_never_itself (α : Type) (x : α) (xs : List α) : xs ≠ x :: xs := by
  intro h
  have hl : xs.length = (x :: xs).length := congrArg List.length h
  rw [List.length_cons] at hl
  omega

theorem list_two_elements_equal (α : Type) (a b c d : α) (h : [a, b] = [c, d]) : b = d := by
  simp only [List.cons.injEq] at h
  exact h.2.1

theorem list_length_zero_is_empty (α : Type) (xs : List α) (h : xs.length = 0) : xs = [] := by
  cases xs with
  | nil => rfl
  | cons x xs =>
    rw [List.length_cons] at h
    contradiction

theorem list_length_one_is_singleton (α : Type) (xs : List α) (h : xs.length = 1) : ∃ x, xs = [x] := by
  match xs with
  | [] => contradiction
  | [x] => exact ⟨x, rfl⟩
  | x :: y :: zs => simp at h

theorem list_length_positive_has_head (α : Type) (xs : List α) (h : 0 < xs.length) : ∃ y ys, xs = y :: ys := by
  cases xs with | nil => ?_ | cons y ys => ?_
  · exact absurd h (Nat.lt_irrefl 0)
  · exact ⟨y, ys, rfl⟩

/-! ## Append -/

theorem list_append_four (α : Type) (a b c d : List α) : (a ++ b) ++ (c ++ d) = a ++ (b ++ c) ++ d := by
  rw [List.append_assoc]
  rw [List.append_assoc, List.append_assoc]

theorem list_append_empty_by_induction (α : Type) (xs : List α) : xs ++ ([] ++ []) = xs := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [List.cons_append]
    rw [ih]

theorem list_append_length_parts (α : Type) (xs ys zs : List α) : (xs ++ ys ++ zs).length = zs.length + ys.length + xs.length := by
  rw [List.length_append, List.length_append]
  omega

theorem list_append_cancel_left (α : Type) (xs ys zs : List α) (h : xs ++ ys = xs ++ zs) : ys = zs := by
  induction xs with
  | nil => exact h
  | cons x xs ih =>
    apply ih
    injection h

theorem list_append_empty_parts (α : Type) (xs ys : List α) (h : xs ++ ys = []) : ys = [] ∧ xs = [] := by
  cases xs with
  | nil =>
    refine ⟨?_, rfl⟩
    exact h
  | cons x xs =>
    rw [List.cons_append] at h
    contradiction

theorem list_append_singleton_not_empty (α : Type) (xs : List α) (x : α) : xs ++ [x] ≠ [] := by
  intro h
  have hl := congrArg List.length h
  simp at hl

theorem list_append_cons_shift (α : Type) (xs ys : List α) (x : α) : xs ++ x :: ys = xs ++ [x] ++ ys := by
  induction xs with | nil => ?_ | cons y ys' ih => ?_
  · rfl
  · simp only [List.cons_append]
    rw [ih]

theorem list_append_self_fixed_is_empty (α : Type) (xs ys : List α) (h : xs ++ ys = xs) : ys = [] := by
  have hl := congrArg List.length h
  rw [List.length_append] at hl
  apply List.eq_nil_of_length_eq_zero
  omega

theorem list_append_same_length_heads (α : Type) (x y : α) (xs ys : List α) (h : [x] ++ xs = [y] ++ ys) : x = y := by
  simp only [List.cons_append, List.nil_append] at h
  injection h

/-! ## Map and filter -/

theorem list_map_identity (α : Type) (xs : List α) : xs.map (fun x => x) = xs := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [List.map_cons]
    rw [ih]

theorem list_map_of_append (α β : Type) (f : α → β) (xs ys : List α) : (xs ++ ys).map f = xs.map f ++ ys.map f := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [List.cons_append, List.map_cons, List.map_cons]
    rw [ih]
    rfl

theorem list_map_pointwise_equal (α β : Type) (f g : α → β) (h : ∀ x, f x = g x) (xs : List α) : xs.map f = xs.map g := by
  have hfg : f = g := funext h
  rw [hfg]

theorem list_map_inverse_pair (α β : Type) (f : α → β) (g : β → α) (h : ∀ x, g (f x) = x) (xs : List α) :
    (xs.map f).map g = xs := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    simp only [List.map_cons]
    rw [h, ih]

theorem list_map_constant_length (α : Type) (xs : List α) : xs.map (fun _ => 7) = List.replicate xs.length 7 := by
  induction xs with | nil => ?_ | cons x xs ih => ?_
  · rfl
  · rw [List.map_cons, ih]
    rfl

theorem list_map_empty_source (α β : Type) (f : α → β) (xs : List α) (h : xs.map f = []) : xs = [] := by
  cases xs
  · rfl
  · contradiction

theorem list_map_injective (α β : Type) (f : α → β) (hf : ∀ x y, f x = f y → x = y) :
    ∀ xs ys : List α, xs.map f = ys.map f → xs = ys := by
  intro xs
  induction xs with
  | nil =>
    intro ys h
    cases ys with
    | nil => rfl
    | cons y ys => contradiction
  | cons x xs ih =>
    intro ys h
    cases ys with
    | nil => contradiction
    | cons y ys =>
      injection h with hx hxs
      rw [hf x y hx]
      rw [ih ys hxs]

theorem list_filter_all_true (α : Type) (xs : List α) : xs.filter (fun _ => true) = xs := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [List.filter_cons]
    simp [ih]

theorem list_filter_all_false (α : Type) (xs : List α) : xs.filter (fun _ => false) = [] := by
  induction xs with | nil => ?_ | cons x xs ih => ?_
  · rfl
  · simp only [List.filter_cons]
    exact ih

theorem list_filter_of_append (α : Type) (p : α → Bool) (xs ys : List α) :
    (xs ++ ys).filter p = xs.filter p ++ ys.filter p := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [List.cons_append, List.filter_cons, List.filter_cons]
    split
    · rw [ih]
      rfl
    · exact ih

theorem list_filter_shorter (α : Type) (p : α → Bool) (xs : List α) : (xs.filter p).length ≤ xs.length := by
  induction xs with
  | nil => exact Nat.le_refl 0
  | cons x xs ih =>
    rw [List.filter_cons]
    split
    · simp only [List.length_cons]
      omega
    · exact Nat.le_succ_of_le ih

theorem list_filter_twice (α : Type) (p : α → Bool) (xs : List α) : (xs.filter p).filter p = xs.filter p := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    cases h : p x
    · simp only [List.filter_cons, h]
      exact ih
    · simp only [List.filter_cons, h, if_true]
      rw [ih]

theorem list_filter_commutes (α : Type) (p q : α → Bool) (xs : List α) : (xs.filter p).filter q = (xs.filter q).filter p := by
  rw [List.filter_filter, List.filter_filter]
  congr
  funext x
  exact Bool.and_comm (q x) (p x)

/-! ## Membership -/

theorem list_mem_of_append_swap (α : Type) (x : α) (xs ys : List α) (h : x ∈ xs ++ ys) : x ∈ ys ++ xs := by
  rw [List.mem_append] at h
  rw [List.mem_append]
  exact h.symm

theorem list_mem_two (α : Type) (x a b : α) (h : x ∈ [a, b]) : x = b ∨ x = a := by
  simp only [List.mem_cons, List.not_mem_nil, or_false] at h
  exact h.symm

theorem list_mem_cons_other (α : Type) (x y : α) (xs : List α) (h : x ∈ y :: xs) (hne : x ≠ y) : x ∈ xs := by
  rw [List.mem_cons] at h
  rcases h with h | h
  · exact absurd h hne
  · exact h

theorem list_mem_middle (α : Type) (x : α) (xs ys : List α) : x ∈ xs ++ x :: ys := by
  apply List.mem_append_right
  exact List.mem_cons_self

theorem list_mem_image (α β : Type) (f : α → β) (x : α) (xs : List α) (h : x ∈ xs) : f x ∈ xs.map f := by
  rw [List.mem_map]
  exact ⟨x, h, rfl⟩

theorem list_mem_image_gives_preimage (xs : List Nat) (n : Nat) (h : n ∈ xs.map (fun x => 2 * x)) : n % 2 = 0 := by
  rw [List.mem_map] at h
  obtain ⟨x, _, hx⟩ := h
  omega

theorem list_mem_filter_property (α : Type) (p : α → Bool) (x : α) (xs : List α) (h : x ∈ xs.filter p) : p x = true := by
  rw [List.mem_filter] at h
  exact h.right

theorem list_mem_reverse_back (α : Type) (x : α) (xs : List α) (h : x ∈ xs.reverse) : x ∈ xs := by
  rw [← List.mem_reverse]
  exact h

theorem list_mem_not_empty (α : Type) (x : α) (xs : List α) (h : x ∈ xs) : xs ≠ [] := by
  intro hxs
  rw [hxs] at h
  cases h

theorem list_mem_splits (α : Type) (x : α) (xs : List α) (h : x ∈ xs) : ∃ as bs, xs = as ++ x :: bs := by
  induction xs with
  | nil => cases h
  | cons y ys ih =>
    rw [List.mem_cons] at h
    rcases h with h | h
    · subst h
      exact ⟨[], ys, rfl⟩
    · obtain ⟨as, bs, hab⟩ := ih h
      refine ⟨y :: as, bs, ?_⟩
      rw [hab]
      rfl

theorem list_mem_all_of_parts (α : Type) (p : α → Prop) (xs ys : List α) (hx : ∀ a ∈ xs, p a) (hy : ∀ a ∈ ys, p a) :
    ∀ a ∈ xs ++ ys, p a := by
  intro a ha
  rw [List.mem_append] at ha
  cases ha with
  | inl h => exact hx a h
  | inr h => exact hy a h

theorem list_mem_all_tail (α : Type) (p : α → Prop) (x : α) (xs : List α) (h : ∀ a ∈ x :: xs, p a) : p x ∧ ∀ a ∈ xs, p a := by
  constructor
  · apply h
    exact List.mem_cons_self
  · intro a ha
    apply h
    exact List.mem_cons_of_mem x ha

theorem list_mem_subset_append (α : Type) (xs ys zs : List α) (h : ∀ a ∈ xs, a ∈ ys) : ∀ a ∈ xs, a ∈ ys ++ zs := by
  intro a ha
  have hy := h a ha
  simp only [List.mem_append]
  left
  exact hy

theorem list_mem_exists_of_append (α : Type) (p : α → Prop) (xs ys : List α) (h : ∃ a ∈ xs ++ ys, p a) :
    (∃ a ∈ xs, p a) ∨ ∃ a ∈ ys, p a := by
  obtain ⟨a, ha, hp⟩ := h
  rw [List.mem_append] at ha
  rcases ha with h | h
  · left
    exact ⟨a, h, hp⟩
  · right
    exact ⟨a, h, hp⟩

/-! ## Reverse -/

theorem list_reverse_of_cons (α : Type) (x : α) (xs : List α) : (x :: xs).reverse = xs.reverse ++ [x] := by
  simp only [List.reverse_cons]

theorem list_reverse_injective (α : Type) (xs ys : List α) (h : xs.reverse = ys.reverse) : xs = ys := by
  have hr := congrArg List.reverse h
  rw [List.reverse_reverse, List.reverse_reverse] at hr
  exact hr

theorem list_reverse_of_three (α : Type) (a b c : List α) : (a ++ b ++ c).reverse = c.reverse ++ b.reverse ++ a.reverse := by
  rw [List.reverse_append]
  rw [List.reverse_append]
  rw [List.append_assoc]

theorem list_reverse_keeps_length_sum (α : Type) (xs ys : List α) :
    xs.reverse.length + ys.length = xs.length + ys.reverse.length := by
  rw [List.length_reverse]
  rw [List.length_reverse]

theorem list_reverse_map_exchange (α β : Type) (f : α → β) (xs : List α) : (xs.map f).reverse = xs.reverse.map f := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [List.map_cons, List.reverse_cons, List.reverse_cons]
    rw [ih, List.map_append]
    rfl

theorem list_reverse_empty_only (α : Type) (xs : List α) (h : xs.reverse = []) : xs = [] := by
  rw [← List.reverse_reverse xs]
  rw [h]
  rfl

theorem list_palindrome_doubled (α : Type) (xs : List α) (h : xs.reverse = xs) : (xs ++ xs).reverse = xs ++ xs := by
  rw [List.reverse_append]
  rw [h]

theorem list_palindrome_completion (α : Type) (xs : List α) : (xs ++ xs.reverse).reverse = xs ++ xs.reverse := by
  rw [List.reverse_append, List.reverse_reverse]

/-! ## Folds, sums, take, drop, zip, replicate -/

theorem list_foldr_cons_rebuilds (α : Type) (xs : List α) : xs.foldr (fun x acc => x :: acc) [] = xs := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [List.foldr_cons]
    rw [ih]

theorem list_foldl_count (α : Type) (xs : List α) : ∀ n : Nat, xs.foldl (fun acc _ => acc + 1) n = n + xs.length := by
  induction xs with
  | nil =>
    intro n
    rfl
  | cons x xs ih =>
    intro n
    rw [List.foldl_cons, ih]
    rw [List.length_cons]
    omega

theorem list_foldl_add_start (xs : List Nat) : ∀ n, xs.foldl (fun a b => a + b) n = n + xs.foldl (fun a b => a + b) 0 := by
  induction xs with
  | nil =>
    intro n
    rfl
  | cons x xs ih =>
    intro n
    simp only [List.foldl_cons]
    rw [ih (n + x), ih (0 + x)]
    omega

theorem list_foldr_add_append (xs ys : List Nat) :
    (xs ++ ys).foldr (fun a b => a + b) 0 = xs.foldr (fun a b => a + b) 0 + ys.foldr (fun a b => a + b) 0 := by
  induction xs with
  | nil => simp
  | cons x xs ih =>
    simp only [List.cons_append, List.foldr_cons]
    rw [ih]
    exact (Nat.add_assoc _ _ _).symm

theorem list_sum_of_doubled (xs : List Nat) : (xs.map (fun x => 2 * x)).sum = 2 * xs.sum := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [List.map_cons, List.sum_cons, List.sum_cons]
    rw [ih]
    omega

theorem list_sum_of_successors (xs : List Nat) : (xs.map (fun x => x + 1)).sum = xs.sum + xs.length := by
  induction xs with | nil => ?_ | cons x xs ih => ?_
  · rfl
  · simp only [List.map_cons, List.sum_cons, List.length_cons, ih]
    omega

theorem list_sum_zero_all_zero (xs : List Nat) (h : xs.sum = 0) : ∀ x ∈ xs, x = 0 := by
  induction xs with
  | nil =>
    intro x hx
    cases hx
  | cons y ys ih =>
    rw [List.sum_cons] at h
    intro x hx
    rw [List.mem_cons] at hx
    rcases hx with hx | hx
    · omega
    · apply ih
      · omega
      · exact hx

theorem list_sum_bounds_member (xs : List Nat) (x : Nat) (h : x ∈ xs) : x ≤ xs.sum := by
  induction xs with
  | nil => contradiction
  | cons y ys ih =>
    rw [List.sum_cons]
    rcases List.mem_cons.mp h with h | h
    · rw [h]
      exact Nat.le_add_right y ys.sum
    · have hle := ih h
      omega

theorem list_take_drop_rejoin (α : Type) (xs : List α) : ∀ n, xs.take n ++ xs.drop n = xs := by
  induction xs with
  | nil =>
    intro n
    simp
  | cons x xs ih =>
    intro n
    cases n with
    | zero => rfl
    | succ k =>
      simp only [List.take_succ_cons, List.drop_succ_cons, List.cons_append]
      rw [ih]

theorem list_take_at_most (α : Type) (xs : List α) (n : Nat) : (xs.take n).length ≤ n := by
  rw [List.length_take]
  exact Nat.min_le_left n xs.length

theorem list_drop_everything (α : Type) (xs ys : List α) : (xs ++ ys).drop xs.length = ys := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [List.length_cons, List.cons_append]
    rw [List.drop_succ_cons]
    exact ih

theorem list_take_first_part (α : Type) (xs ys : List α) : (xs ++ ys).take xs.length = xs := by
  induction xs with | nil => ?_ | cons x xs ih => ?_
  · simp
  · rw [List.cons_append, List.length_cons, List.take_succ_cons, ih]

theorem list_drop_too_many (α : Type) (xs : List α) (n : Nat) (h : xs.length ≤ n) : (xs.drop n).length = 0 := by
  rw [List.length_drop]
  exact Nat.sub_eq_zero_of_le h

theorem list_zip_of_equal_lengths (α β : Type) (xs : List α) (ys : List β) (h : xs.length = ys.length) :
    (xs.zip ys).length = xs.length := by
  rw [List.length_zip]
  rw [h]
  exact Nat.min_self ys.length

theorem list_zip_self_first (α : Type) (xs : List α) : (xs.zip xs).map Prod.fst = xs := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    rw [List.zip_cons_cons, List.map_cons]
    rw [ih]

theorem list_zip_with_empty (α β : Type) (xs : List α) : xs.zip ([] : List β) = [] := by
  cases xs with
  | nil => rfl
  | cons x xs => rfl

theorem list_replicate_add (α : Type) (a : α) (m n : Nat) :
    List.replicate m a ++ List.replicate n a = List.replicate (m + n) a := by
  induction m with
  | zero => simp
  | succ k ih =>
    rw [Nat.succ_add]
    simp only [List.replicate_succ, List.cons_append]
    rw [ih]

theorem list_replicate_members (α : Type) (a b : α) (n : Nat) (h : b ∈ List.replicate n a) : b = a := by
  induction n with
  | zero => cases h
  | succ k ih =>
    rw [List.replicate_succ, List.mem_cons] at h
    rcases h with h | h
    · exact h
    · exact ih h

theorem list_flatten_lengths (α : Type) (xss : List (List α)) : xss.flatten.length = (xss.map List.length).sum := by
  induction xss with
  | nil => rfl
  | cons xs xss ih =>
    rw [List.flatten_cons, List.length_append]
    rw [List.map_cons, List.sum_cons, ih]

theorem list_flatten_singletons (α : Type) (xs : List α) : (xs.map (fun x => [x])).flatten = xs := by
  induction xs with
  | nil => rfl
  | cons x xs ih =>
    simp only [List.map_cons, List.flatten_cons]
    rw [ih]
    rfl

theorem list_any_of_member (α : Type) (p : α → Bool) (x : α) (xs : List α) (h : x ∈ xs) (hp : p x = true) : xs.any p = true := by
  rw [List.any_eq_true]
  exists x

theorem list_all_of_append (α : Type) (p : α → Bool) (xs ys : List α) (h : (xs ++ ys).all p = true) : ys.all p = true := by
  rw [List.all_append, Bool.and_eq_true] at h
  exact h.2

theorem list_head_of_append (α : Type) (x : α) (xs ys : List α) (h : xs.head? = some x) : (xs ++ ys).head? = some x := by
  cases xs with
  | nil => simp at h
  | cons y zs =>
    rw [List.cons_append]
    exact h

theorem list_last_of_snoc (α : Type) (x : α) (xs : List α) : (xs ++ [x]).getLast? = some x := by
  simp

theorem list_range_length_double (n : Nat) : (List.range n ++ List.range n).length = 2 * n := by
  simp only [List.length_append, List.length_range]
  omega
