import { compiledCode } from '../src/lean/embedded/compiled-code.ts'
import { findNodeBinary } from '../src/lean/embedded/node-binary.ts'
import { prepareLean } from '../src/lean/embedded/prepare.ts'
import { buildPrograms } from './build.ts'

/** Programs that tests start are translated once. On a new machine Lean is prepared once, instead of by every test file that is begun before another has done it. */
export default async function setup(): Promise<void> {
  await buildPrograms()
  await compiledCode(await findNodeBinary(), await prepareLean())
}
