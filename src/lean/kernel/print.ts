import { levelText } from './levels.ts'
import { argsOf, headOf, KIND, type Term } from './terms.ts'

const MOST_CHARACTERS = 260

/** A term for a message: short, explicit, binders by number. */
export function printTerm(term: Term): string {
  let left = MOST_CHARACTERS
  const say = (text: string): string => {
    left -= text.length
    return text
  }
  const print = (t: Term, nested: boolean): string => {
    if (left <= 0) return '…'
    const wrap = (text: string) => (nested ? `(${text})` : text)
    switch (t.kind) {
      case KIND.bvar:
        return say(`#${t.index}`)
      case KIND.local:
        return say(`x${t.index}`)
      case KIND.sort: {
        const text = levelText(t.levels[0] as (typeof t.levels)[number])
        return text === '0' ? say('Prop') : text === '1' ? say('Type') : wrap(say(`Sort ${text}`))
      }
      case KIND.const:
        return say(t.levels.length === 0 ? t.name.key : `${t.name.key}.{${t.levels.map(levelText).join(', ')}}`)
      case KIND.app:
        return wrap([headOf(t), ...argsOf(t)].map((part) => print(part, true)).join(' '))
      case KIND.lam:
        return wrap(`fun (_ : ${print(t.left, false)}) => ${print(t.right, false)}`)
      case KIND.pi:
        return t.right.loose === 0
          ? wrap(`${print(t.left, true)} -> ${print(t.right, false)}`)
          : wrap(`(_ : ${print(t.left, false)}) -> ${print(t.right, false)}`)
      case KIND.let:
        return wrap(`let _ : ${print(t.left, false)} := ${print(t.value, false)}; ${print(t.right, false)}`)
      case KIND.proj:
        return `${print(t.left, true)}${say(`.${t.index}`)}`
      case KIND.nat:
        return say(t.literal > 10n ** 30n ? `${String(t.literal).slice(0, 30)}…` : String(t.literal))
      case KIND.str:
        return say(JSON.stringify(t.literal.slice(0, 40)))
      default:
        return t satisfies never
    }
  }
  return print(term, false)
}
