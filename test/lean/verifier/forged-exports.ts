import type { DeclarationExport } from '../../../src/proof/declarations/export.ts'
import { ExportBuilder } from './build.ts'

/** What a hostile process could send instead of an export, for the statement `False`: well formed, so the kernel must tell. */
export type ForgedExport = { readonly what: string; readonly exported: DeclarationExport }

const forge = (what: string, write: (b: ExportBuilder) => ExportBuilder): ForgedExport => ({
  what,
  exported: write(new ExportBuilder()).export(),
})

export const FORGED_EXPORTS: readonly ForgedExport[] = [
  forge('nothing', (b) => b),
  forge('a proof of another type', (b) => b.thm('t', b.const('False'), b.const('True.intro'))),
  forge('its own proof', (b) => b.thm('t', b.const('False'), b.const('t'))),
  forge('two proofs of each other', (b) =>
    b.thm('a', b.const('False'), b.const('t')).thm('t', b.const('False'), b.const('a')),
  ),
  forge('the proof before what it rests on', (b) =>
    b.thm('t', b.const('False'), b.const('a')).thm('a', b.const('False'), b.const('True.intro')),
  ),
  forge('an axiom', (b) => b.axiom('no', b.const('False')).thm('t', b.const('False'), b.const('no'))),
  ...['propext', 'Classical.choice', 'Quot.sound', 'Lean.trustCompiler', 'sorryAx'].map((name) =>
    forge(`an axiom called ${name}`, (b) => b.axiom(name, b.const('False')).thm('t', b.const('False'), b.const(name))),
  ),
  forge('the theorem as an axiom', (b) => b.axiom('t', b.const('False'))),
  forge('an unsafe axiom', (b) =>
    b
      .declare({ axiom: { name: b.name('no'), levelParams: [], type: b.const('False'), isUnsafe: true } })
      .thm('t', b.const('False'), b.const('no')),
  ),
  ...(['unsafe', 'partial'] as const).map((safety) =>
    forge(`a definition that is ${safety}`, (b) =>
      b
        .declare({
          def: {
            name: b.name('no'),
            levelParams: [],
            type: b.const('False'),
            value: b.const('no'),
            hints: 'opaque',
            safety,
            all: [b.name('no')],
          },
        })
        .thm('t', b.const('False'), b.const('no')),
    ),
  ),
  forge('an opaque constant of another type', (b) =>
    b.opaque('no', b.const('False'), b.const('True.intro')).thm('t', b.const('False'), b.const('no')),
  ),
  forge('a quotient of its own', (b) =>
    b
      .declare({ quot: { name: b.name('Quot'), levelParams: [], type: b.const('False'), kind: 'type' } })
      .thm('t', b.const('False'), b.const('Quot')),
  ),
  ...['Nat', 'Nat.add', 'Nat.gcd', 'False', 'Eq', 'String', 'Bool.true', 'Lean.reduceBool', 'eagerReduce'].map((name) =>
    forge(`a definition called ${name}`, (b) =>
      b.def(name, b.prop, b.const('True')).thm('t', b.const(name), b.const('True.intro')),
    ),
  ),
  forge('False with a constructor', (b) =>
    b
      .inductive('False', b.prop, [['False.intro', b.const('False'), 0]])
      .thm('t', b.const('False'), b.const('False.intro')),
  ),
  forge('a type that occurs negatively in itself', (b) => {
    const bad = b.const('Bad')
    return b
      .inductive('Bad', b.sort(b.succ(0)), [['Bad.mk', b.pi(b.pi(bad, b.const('False')), bad), 1]])
      .thm('t', b.const('False'), b.const('Bad.mk'))
  }),
  forge('a type that is too small', (b) =>
    b
      .inductive('Small', b.sort(b.succ(0)), [['Small.mk', b.pi(b.sort(b.succ(0)), b.const('Small')), 1]])
      .thm('t', b.const('False'), b.const('Small.mk')),
  ),
  forge('a constructor of another type', (b) =>
    b.inductive('A', b.prop, [['A.mk', b.const('False'), 0]]).thm('t', b.const('False'), b.const('A.mk')),
  ),
  forge('a recursor that is a lie', (b) => {
    const honest = b.inductive('A', b.prop, [['A.mk', b.const('A'), 0]]).export()
    const [declaration] = honest.declarations
    if (declaration === undefined || !('inductive' in declaration)) throw new Error('no inductive type')
    const rec = b.name('A.rec')
    const lying = new ExportBuilder()
    lying.name('A.mk')
    return lying
      .declare({
        inductive: {
          types: [
            {
              name: lying.name('A'),
              levelParams: [],
              type: lying.prop,
              numParams: 0,
              numIndices: 0,
              all: [lying.name('A')],
              ctors: [lying.name('A.mk')],
              numNested: 0,
              isRec: false,
              isUnsafe: false,
              isReflexive: false,
            },
          ],
          ctors: [
            {
              name: lying.name('A.mk'),
              levelParams: [],
              type: lying.const('A'),
              induct: lying.name('A'),
              cidx: 0,
              numParams: 0,
              numFields: 0,
              isUnsafe: false,
            },
          ],
          recs: [
            {
              name: lying.name('A.rec'),
              levelParams: [],
              type: lying.pi(lying.const('A'), lying.const('False')),
              all: [lying.name('A')],
              numParams: 0,
              numIndices: 0,
              numMotives: 0,
              numMinors: 0,
              rules: [{ ctor: lying.name('A.mk'), nfields: 0, rhs: lying.const('True.intro') }],
              k: rec > 0,
              isUnsafe: false,
            },
          ],
        },
      })
      .thm('t', lying.const('False'), lying.app(lying.const('A.rec'), lying.const('A.mk')))
  }),
  forge('a recursor without its type', (b) =>
    b.axiom('False.rec2', b.const('False')).thm('t', b.const('False'), b.const('False.rec2')),
  ),
  forge('a projection of another structure', (b) =>
    b.thm('t', b.const('False'), b.proj('And', 0, b.const('True.intro'))),
  ),
  forge('a projection with the greatest number', (b) =>
    b.thm('t', b.const('False'), b.proj('And', 100_000, b.const('True.intro'))),
  ),
  forge('universes that do not fit', (b) =>
    b.thm('t', b.const('False'), b.app(b.const('Eq.refl', [0, 0, 0]), b.const('Nat'), b.nat(0))),
  ),
  forge('a proof for every universe of a statement that has none', (b) =>
    b.thm('t', b.const('False'), b.const('t'), ['u']),
  ),
  forge('a theorem that is data', (b) => b.thm('t', b.sort(b.succ(0)), b.const('False'))),
  forge('a true theorem', (b) => b.thm('t', b.const('True'), b.const('True.intro'))),
  forge('a true theorem behind the false one', (b) =>
    b.thm('t', b.const('False'), b.const('True.intro')).thm('u', b.const('True'), b.const('True.intro')),
  ),
  forge('names in the reserved places of the library', (b) =>
    b
      .thm(b.str(b.num(b.str(0, '_private'), 0), 'Nat.add_comm'), b.const('False'), b.const('True.intro'))
      .thm('t', b.const('False'), b.const(b.str(b.num(b.str(0, '_private'), 0), 'Nat.add_comm'))),
  ),
]
