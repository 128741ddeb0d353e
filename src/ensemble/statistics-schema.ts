import { z } from 'zod'
import type { SearchStatistics } from '../search/outcome.ts'

/** What a search did, as it is written to files and sent between machines. */
export const statisticsSchema = z.object({
  expansions: z.number(),
  tacticsRun: z.number(),
  cacheHits: z.number(),
  errors: z.number(),
  timeouts: z.number(),
  crashes: z.number(),
  refused: z.number(),
  policyMs: z.number(),
  engineMs: z.number(),
  verifierMs: z.number(),
  totalMs: z.number(),
} satisfies Record<keyof SearchStatistics, z.ZodNumber>)
