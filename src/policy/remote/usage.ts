import type { PolicyUsage } from '../policy.ts'
import type { Answer } from './model-server.ts'
import type { RemoteSettings } from './settings.ts'

/** What a policy has cost after one more answer. @param draws undefined where one could not be used */
export function addAnswer(
  usage: PolicyUsage,
  { promptPrice, completionPrice }: Pick<RemoteSettings, 'promptPrice' | 'completionPrice'>,
  { promptTokens, completionTokens, retries }: Answer,
  draws: readonly unknown[],
): PolicyUsage {
  return {
    ...usage,
    requests: usage.requests + 1,
    retries: usage.retries + retries,
    samples: usage.samples + draws.length,
    truncated: usage.truncated + draws.filter((draw) => draw === undefined).length,
    promptTokens: usage.promptTokens + promptTokens,
    completionTokens: usage.completionTokens + completionTokens,
    cost: usage.cost + (promptTokens * promptPrice + completionTokens * completionPrice) / 1e6,
  }
}
