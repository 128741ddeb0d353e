import type { Objects } from '../../src/lean/embedded/host/objects.ts'
import type { Obj, Owned } from '../../src/lean/embedded/host/wasm-module.ts'

/** What the compiler refuses of Lean's objects: a borrowed one is freed by nobody, and given to nothing that takes it. */
export function refused(
  { dec, inc, field, fn, makeArray }: Objects,
  borrowed: Obj,
  owned: Owned,
  address: number,
): void {
  // @ts-expect-error freed without being owned
  dec(borrowed)
  // @ts-expect-error the field of an owned object is the object's
  dec(field(owned, 0))
  // @ts-expect-error taken without being owned
  makeArray([borrowed])
  // @ts-expect-error a function of Lean takes its arguments
  fn('l_Lean_Expr_hasSorry')(borrowed)
  // @ts-expect-error a number is no object
  inc(address)
  dec(inc(borrowed))
  dec(owned)
}
