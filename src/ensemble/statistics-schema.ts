import { z } from 'zod'
import { NO_USAGE, type PolicyUsage } from '../policy/policy.ts'
import { type SearchStatistics, STATISTICS } from '../search/outcome.ts'

/** Numbers by name. */
function numbers<K extends string>(names: readonly K[]): z.ZodObject<Record<K, z.ZodNumber>> {
  return z.object(Object.fromEntries(names.map((name) => [name, z.number()])) as Record<K, z.ZodNumber>)
}

/** What a search did, as it is written to files and sent between machines. */
export const statisticsSchema: z.ZodObject<Record<keyof SearchStatistics, z.ZodNumber>> = numbers(STATISTICS)

export const USAGE = Object.keys(NO_USAGE) as (keyof PolicyUsage)[]
/** What policies on model servers have cost. */
export const usageSchema: z.ZodObject<Record<keyof PolicyUsage, z.ZodNumber>> = numbers(USAGE)
