import type { FalseCase } from '../cases.ts'
import { forged } from './forge.ts'

const kind = 'text'
/** A theorem that the text in the source equals itself, handed over for another one about the statement's text. */
const reflexive = (what: string, statement: string, left: string, right: string): FalseCase => ({
  kind,
  what,
  statement: `theorem t : ${statement}`,
  source: forged(
    `let l := mkStrLit (${left})
let r := mkStrLit (${right})
put (thmN T (fn "Eq" [c "String", l, r] [levelOne]) (fn "Eq.refl" [c "String", r] [levelOne]))`,
  ),
})
const BOM = '\u{feff}'

/** Text that a transport might change: what comes before or after, letters that are not sent as they are. */
export const STRINGS: readonly FalseCase[] = [
  {
    kind,
    what: 'a byte order mark at the head of a string',
    statement: `theorem t : "${BOM}a" = "a"`,
    source: 'theorem t : "a" = "a" := rfl\n',
  },
  {
    kind,
    what: 'a byte order mark by its number',
    statement: 'theorem t : "\\ufeffa" = "a"',
    source: 'theorem t : "a" = "a" := rfl\n',
  },
  {
    kind,
    what: 'nothing but a byte order mark',
    statement: `theorem t : "${BOM}" = ""`,
    source: 'theorem t : "" = "" := rfl\n',
  },
  {
    kind,
    what: 'two byte order marks for one',
    statement: `theorem t : "${BOM}${BOM}" = "${BOM}"`,
    source: `theorem t : "${BOM}" = "${BOM}" := rfl\n`,
  },
  {
    kind,
    what: 'the length of a byte order mark',
    statement: `theorem t : "${BOM}".length = 0`,
    source: 'theorem t : "".length = 0 := rfl\n',
  },
  {
    kind,
    what: 'a byte order mark in the proof and not in the statement',
    statement: 'theorem t : "a".length = 2',
    source: `theorem t : "${BOM}a".length = 2 := by decide\n`,
  },
  reflexive('a NUL and what follows it', '"a\\x00b" = "a"', '"a".push (Char.ofNat 0) |>.push \'b\'', '"a"'),
  reflexive('nothing but a NUL', '"\\x00" = ""', '"".push (Char.ofNat 0)', '""'),
  reflexive('a NUL at the end', '"abc\\x00" = "abc"', '"abc".push (Char.ofNat 0)', '"abc"'),
  reflexive(
    'two texts behind the same NUL',
    '"\\x00a" = "\\x00b"',
    '"".push (Char.ofNat 0) |>.push \'a\'',
    '"".push (Char.ofNat 0) |>.push \'b\'',
  ),
  reflexive(
    'a letter beyond 16 bits',
    '"\u{1d538}" = "\u{d538}"',
    '"".push (Char.ofNat 0x1d538)',
    '"".push (Char.ofNat 0xd538)',
  ),
  reflexive('the replacement character', '"\\ufffd" = "?"', '"".push (Char.ofNat 0xfffd)', '"?"'),
  reflexive(
    'a letter in two ways',
    '"\\u00e9" = "e\\u0301"',
    '"".push (Char.ofNat 0xe9)',
    '"e".push (Char.ofNat 0x301)',
  ),
  reflexive(
    'a line break in two ways',
    '"\\r\\n" = "\\n"',
    '"".push (Char.ofNat 13) |>.push (Char.ofNat 10)',
    '"".push (Char.ofNat 10)',
  ),
  {
    kind,
    what: 'a string that is no text',
    statement: 'theorem t : "a" = "b"',
    source: forged(`let bad : String := unsafeCast (ByteArray.mk #[0xff, 0xc0, 0x80])
put (thmN T (fn "Eq" [c "String", mkStrLit bad, mkStrLit bad] [levelOne]) (fn "Eq.refl" [c "String", mkStrLit bad] [levelOne]))`),
  },
  {
    kind,
    what: 'names that differ by a byte order mark',
    header: `def «${BOM}x» : Nat := 1\ndef x : Nat := 2`,
    statement: `theorem t : «${BOM}x» = x`,
    source: 'def x : Nat := 2\ntheorem t : x = x := rfl\n',
  },
  {
    kind,
    what: 'names that differ by a byte order mark, both there',
    header: `def «${BOM}x» : Nat := 1\ndef x : Nat := 2`,
    statement: `theorem t : «${BOM}x» = x`,
    source: `def «${BOM}x» : Nat := 2\ndef x : Nat := 2\ntheorem t : «${BOM}x» = x := rfl\n`,
  },
  {
    kind,
    what: 'names that differ behind a NUL',
    statement: 'theorem t : False',
    source: forged(`let a : Name := .mkSimple ("a".push (Char.ofNat 0) |>.push 'b')
put (thmN a (c "False") (c "True.intro"))
put (thmN (.mkSimple "a") (c "True") (c "True.intro"))
put (thmN T (c "False") (.const a []))`),
  },
]
