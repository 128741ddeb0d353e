import { InputError } from '../proof/input-error.ts'

/** What a client hears of a job. `failed`: it ended without a result; `error`: it could not be done. */
export type JobStatus = 'queued' | 'in_progress' | 'proved' | 'partial' | 'failed' | 'error' | 'cancelled'
export type JobResult = { readonly status: 'proved' | 'partial' | 'failed' } & Readonly<Record<string, unknown>>
export type JobProgress = { readonly done: number; readonly total: number; readonly message: string }
export type Work = (signal: AbortSignal, report: (progress: JobProgress) => void) => Promise<JobResult>

export type JobView = { readonly job_id: string; readonly status: JobStatus } & Readonly<Record<string, unknown>>

type Job = {
  readonly id: string
  readonly controller: AbortController
  readonly listeners: Set<(progress: JobProgress) => void>
  status: JobStatus
  progress: JobProgress | undefined
  result: Readonly<Record<string, unknown>>
  ended: Promise<void>
}

/** Jobs that are over and still known. */
const KEPT = 100

/** Long work, one piece after another, since each takes all Lean processes. */
export class Jobs {
  readonly #jobs = new Map<string, Job>()
  #last: Promise<void> = Promise.resolve()
  #next = 1

  start(work: Work): string {
    const job: Job = {
      id: `job-${this.#next++}`,
      controller: new AbortController(),
      listeners: new Set(),
      status: 'queued',
      progress: undefined,
      result: {},
      ended: Promise.resolve(),
    }
    job.ended = this.#last.then(() => run(job, work))
    this.#last = job.ended
    this.#jobs.set(job.id, job)
    for (const [id, { status }] of this.#jobs) {
      if (this.#jobs.size <= KEPT) break
      if (status !== 'queued' && status !== 'in_progress') this.#jobs.delete(id)
    }
    return job.id
  }

  /** @throws InputError where there is no such job */
  view(id: string): JobView {
    const { status, progress, result } = this.#find(id)
    const running = status === 'in_progress' && progress !== undefined ? { progress } : {}
    return { job_id: id, status, ...running, ...result }
  }

  /** Waits for a job's end; `signal` cancels it. */
  async wait(id: string, signal: AbortSignal, listen: (progress: JobProgress) => void): Promise<JobView> {
    const job = this.#find(id)
    const cancel = () => job.controller.abort(new Error('cancelled'))
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel, { once: true })
    job.listeners.add(listen)
    await job.ended
    signal.removeEventListener('abort', cancel)
    return this.view(id)
  }

  /** Ends a job; what it has found until then stays. */
  async cancel(id: string): Promise<JobView> {
    const job = this.#find(id)
    job.controller.abort(new Error('cancelled'))
    await job.ended
    return this.view(id)
  }

  async cancelAll(): Promise<void> {
    for (const { controller } of this.#jobs.values()) controller.abort(new Error('the server ends'))
    await this.#last
  }

  #find(id: string): Job {
    const job = this.#jobs.get(id)
    if (job === undefined) throw new InputError(`there is no job ${JSON.stringify(id)}`)
    return job
  }
}

async function run(job: Job, work: Work): Promise<void> {
  const { signal } = job.controller
  if (signal.aborted) {
    job.status = 'cancelled'
    return
  }
  job.status = 'in_progress'
  try {
    const { status, ...result } = await work(signal, (progress) => {
      job.progress = progress
      for (const listen of job.listeners) listen(progress)
    })
    job.status = signal.aborted && status !== 'proved' ? 'cancelled' : status
    job.result = result
  } catch (error) {
    job.status = signal.aborted ? 'cancelled' : 'error'
    if (!signal.aborted) job.result = { reason: error instanceof Error ? error.message : String(error) }
  }
}
