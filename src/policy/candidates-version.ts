/**
 * Counts the changes of what the baseline proposes and how it weighs it. A log-linear policy is trained over that: its
 * files say over which version. `test/policy/candidates.test.ts` fails where something changes and this number does not.
 */
export const CANDIDATES = 6
