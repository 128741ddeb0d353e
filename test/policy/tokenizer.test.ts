import { Tokenizer as ReaderTokenizer } from '@huggingface/tokenizers'
import { describe, expect, it } from 'vitest'
import { BASE_SIZE, cutText, END_ID, Tokenizer } from '../../src/policy/network/tokenizer.ts'
import { trainTokenizer } from '../../src/policy/network/tokenizer-trainer.ts'
import { createRandom } from '../../src/proof/random.ts'

const STEPS = [
  'n m : Nat\nh₁ : n ≤ m\n⊢ n < m + 1:::exact Nat.lt_succ_of_le h₁',
  'p q : Prop\nhp : p\nhq : q\n⊢ p ∧ q:::exact ⟨hp, hq⟩',
  'case succ\nn : Nat\nih : 0 + n = n\n⊢ 0 + (n + 1) = n + 1:::rw [Nat.add_succ, ih]',
  'x✝ : Nat\n⊢ ∀ (y : Nat), x✝ + y = y + x✝:::intro y; exact Nat.add_comm x✝ y',
  "α : Type\nl l' : List α\n⊢ (l ++ l').length = l.length + l'.length:::simp [List.length_append]",
]
const tokenizer = trainTokenizer(STEPS, 400)

/** Strings of every kind: Lean text, all planes of Unicode, lone surrogates excluded (they are not UTF-8). */
function randomText(seed: number): string {
  const random = createRandom(seed)
  const pools = [STEPS.join(' '), " \n\t.:'_()", '∀∃λ→↔⊢≤≥≠ℕℤ₀₁₂αβγ✝⟨⟩', '𝔽😀é\u0301\u200dß漢']
  let text = ''
  for (let i = 0; i < 40; i++) {
    const pool = Array.from(pools[Math.floor(random.next() * pools.length)] as string)
    text += pool[Math.floor(random.next() * pool.length)]
  }
  return text
}

describe('tokenizer', () => {
  it('gives every string back', () => {
    for (let seed = 0; seed < 300; seed++) {
      const text = randomText(seed)
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
      expect(cutText(text).join('')).toBe(text)
    }
    expect(tokenizer.decode([...tokenizer.encode('simp'), END_ID])).toBe('simp')
  })

  it('agrees with a reader of tokenizer.json, token for token', () => {
    const reader = new ReaderTokenizer(JSON.parse(JSON.stringify(tokenizer.toJson())), {})
    for (let seed = 0; seed < 300; seed++) {
      const text = randomText(seed)
      const ids = reader.encode(text, { add_special_tokens: false }).ids
      expect(tokenizer.encode(text)).toEqual(ids)
      expect(reader.decode(ids, { skip_special_tokens: true, clean_up_tokenization_spaces: false })).toBe(text)
    }
  })

  it('cuts Lean text at names, digits, brackets and operators', () => {
    expect(cutText('h₁ : Nat.add_comm 12 ≤ ⟨x, y⟩:::rw')).toEqual([
      'h₁',
      ' :',
      ' Nat.add_comm',
      ' 1',
      '2',
      ' ≤',
      ' ⟨',
      'x',
      ',',
      ' y',
      '⟩',
      ':::',
      'rw',
    ])
  })

  it('learns whole names, and shortens text it was trained on', () => {
    const learned = trainTokenizer(Array.from({ length: 3 }, () => STEPS).flat(), 600)
    expect(learned.encode(' Nat.add_comm')).toHaveLength(1)
    const text = STEPS.join('\n')
    expect(learned.encode(text).length).toBeLessThan(text.length / 2)
    expect(learned.vocabularySize).toBeLessThanOrEqual(600)
  })

  it('is deterministic and survives its file', () => {
    const again = trainTokenizer(STEPS, 400)
    expect(again.merges).toEqual(tokenizer.merges)
    const read = Tokenizer.fromJson(JSON.parse(JSON.stringify(tokenizer.toJson())))
    expect(read.merges).toEqual(tokenizer.merges)
    expect(read.encode(STEPS[0] as string)).toEqual(tokenizer.encode(STEPS[0] as string))
  })

  it('never makes a special token out of text', () => {
    expect(tokenizer.encode('<|end|>')).not.toContain(END_ID)
  })

  it('refuses foreign and damaged files in one sentence', () => {
    const json = JSON.parse(JSON.stringify(tokenizer.toJson()))
    expect(() => Tokenizer.fromJson({ model: { type: 'WordPiece' } })).toThrow(/not a tokenizer of this program/)
    expect(() => Tokenizer.fromJson({ ...json, model: { ...json.model, merges: [['zzz', 'a']] } })).toThrow(
      /does not define/,
    )
    expect(() => Tokenizer.fromJson({ ...json, model: { ...json.model, merges: json.model.merges.slice(1) } })).toThrow(
      /merge|vocabulary/,
    )
    expect(() => trainTokenizer([], BASE_SIZE - 1)).toThrow(/vocabulary size/)
  })
})
