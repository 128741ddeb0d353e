import type { Diagnostic } from './session.ts'

/** What to do where Lean misses Mathlib. */
export function mathlibHint(diagnostics: readonly Diagnostic[]): string | undefined {
  for (const { text } of diagnostics) {
    if (/unknown module prefix '(Mathlib|Aesop|Batteries)'/.test(text))
      return 'this Lean has no Mathlib: use a project that has it with --lean; `hedge doctor --lean lean-project` says how to get one'
    const sign = /(?<![\p{L}\p{N}])[ℕℤℚℝℂ](?![\p{L}\p{N}])/u.exec(text)?.[0]
    if (sign !== undefined) return `\`${sign}\`${missingMathlib(sign)?.slice(1)}`
    const unknown = /[Uu]nknown identifier `([^`]+)`/.exec(text)?.[1]
    const missing = unknown === undefined ? undefined : missingMathlib(unknown)
    if (missing !== undefined) return `\`${unknown}\`${missing.slice(1)}`
  }
  return undefined
}

/** `ℕ`, `ℤ`, `ℝ` and such are Mathlib's. */
export function missingMathlib(name: string): string | undefined {
  return /^[ℕℤℚℝℂ]$/.test(name)
    ? `: it is a notation of Mathlib, which this Lean does not have; see \`hedge doctor --lean\``
    : undefined
}
