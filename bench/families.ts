import { writeFileSync } from 'node:fs'
import { familyTheorems } from './families/families.ts'
import { flagsOf } from './flags.ts'

const { values } = flagsOf('The statements of the families, written to the dataset.', {
  options: {
    seed: { type: 'string', default: '1' },
    each: { type: 'string', default: '6' },
    out: { type: 'string', default: 'datasets/families.jsonl' },
  },
})
const theorems = familyTheorems(values.seed, Number(values.each))
writeFileSync(values.out, theorems.map((theorem) => `${JSON.stringify(theorem)}\n`).join(''))
const count = (split: string) => theorems.filter((theorem) => theorem.split === split).length
console.log(
  `${values.out}: ${theorems.length} statements, ${count('train')} train, ${count('valid')} valid and ${count('test')} test`,
)
