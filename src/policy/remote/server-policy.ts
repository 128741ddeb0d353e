import { NO_USAGE, type PolicyUsage } from '../policy.ts'
import type { ModelServer } from './model-server.ts'
import type { RemoteSettings } from './settings.ts'
import { AnswerTally } from './tally.ts'

/** What all policies have that are models on servers: a name, what they have cost, and answers that nobody gets twice. */
export abstract class ServerPolicy {
  readonly name: string
  readonly unrepeatable = true
  protected readonly server: Pick<ModelServer, 'complete'>
  protected readonly settings: RemoteSettings
  protected readonly tally: AnswerTally
  protected cost: PolicyUsage = NO_USAGE

  /** @param tally counts what could not be used, of all policies of a member together */
  constructor(server: Pick<ModelServer, 'complete'>, settings: RemoteSettings, tally = new AnswerTally()) {
    this.server = server
    this.settings = settings
    this.tally = tally
    this.name = `${settings.model} at ${settings.baseUrl}`
  }

  get usage(): PolicyUsage {
    return this.cost
  }

  protected countTooLong(): void {
    this.cost = { ...this.cost, tooLong: this.cost.tooLong + 1 }
  }
}
