import { InputError } from '../../proof/input-error.ts'

/** What is used of node-llama-cpp, an optional package: a program without it still compiles. */
export type LlamaToken = number
export type LlamaSequence = {
  readonly nextTokenIndex: number
  clearHistory(): Promise<void>
  eraseContextTokenRanges(ranges: readonly { readonly start: number; readonly end: number }[]): Promise<void>
  evaluateWithMetadata(
    tokens: readonly LlamaToken[],
    metadata: { readonly confidence: true },
    options: {
      readonly temperature: number
      readonly topP: number
      readonly topK: number
      readonly minP: number
      readonly seed: number
      readonly yieldEogToken: true
    },
  ): AsyncGenerator<{ readonly token: LlamaToken; readonly confidence: number }>
}
export type LlamaContext = { readonly contextSize: number; getSequence(): LlamaSequence; dispose(): Promise<void> }
export type LlamaModel = {
  readonly trainContextSize: number
  readonly fileInfo: { readonly metadata: Readonly<Record<string, unknown>> }
  readonly tokens: { readonly bos: LlamaToken | null; readonly shouldPrependBosToken: boolean }
  isEogToken(token: LlamaToken): boolean
  tokenize(text: string, specialTokens: boolean): LlamaToken[]
  detokenize(tokens: readonly LlamaToken[], specialTokens: boolean): string
  createContext(options: {
    readonly sequences: number
    readonly contextSize: number
    readonly threads: number
  }): Promise<LlamaContext>
  dispose(): Promise<void>
}
type Llama = { loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>; dispose(): Promise<void> }

/** A model and the library that runs it, without looking for a compiler or the network. @throws InputError */
export async function loadLlama(path: string): Promise<{ llama: Llama; model: LlamaModel }> {
  const name: string = 'node-llama-cpp'
  let library: { getLlama(options: object): Promise<Llama> }
  try {
    library = await import(name)
  } catch (cause) {
    throw new InputError(
      `a .gguf file needs node-llama-cpp, which is not installed: NODE_LLAMA_CPP_SKIP_DOWNLOAD=true npm install node-llama-cpp@3.21.1`,
      { cause },
    )
  }
  try {
    const llama = await library.getLlama({ build: 'never', progressLogs: false, logLevel: 'error' })
    return { llama, model: await llama.loadModel({ modelPath: path }) }
  } catch (cause) {
    throw new InputError(`${path} does not load: ${(cause as Error).message.split('\n')[0]}`, { cause })
  }
}
