/** Where exported proofs of a results file are: `run.exports` beside `run.sqlite`, one file for each theorem. */
export const exportFolder = (results: string): string => `${results.replace(/\.[^./\\]+$/, '')}.exports`

/** @param key the run's */
export const exportName = (key: string, position: number): string => `${key.slice(0, 12)}-${position}.ndjson.gz`
