import { membersOfFamily } from '../policy/family-folder.ts'
import { InputError } from '../proof/input-error.ts'
import type { MemberConfig } from './member.ts'
import { type MemberDefaults, parseMembers } from './member-spec.ts'

/**
 * The members that a user has named, in the order of naming. A folder that holds a family of policies stands for all of
 * them.
 * @throws InputError
 */
export function chosenMembers(texts: readonly string[], defaults?: MemberDefaults): MemberConfig[] {
  for (const text of texts)
    if (/^\s*(theorem|lemma|example)\s|\.lean(:|$)/.test(text))
      throw new InputError(
        `\`${text}\` is taken for a policy: write the theorem before --policy, which takes all that follows`,
      )
  const configs = parseMembers(texts.flatMap(wholeFamily), defaults)
  if ('problem' in configs) throw new InputError(configs.problem)
  return configs
}

/** `family@0.5,premises=false` as one text for each policy in the folder `family`. */
function wholeFamily(text: string): string[] {
  const [, folder = text, rest = ''] = /^([^,@]*)([,@].*)?$/s.exec(text) ?? []
  const members = membersOfFamily(folder.trim())
  return members.length === 0 ? [text] : members.map((member) => `${member}${rest}`)
}
