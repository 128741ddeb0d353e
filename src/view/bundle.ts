import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Assets } from './assets.ts'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** The page's script and style out of their modules: `kind` is their ending. The kernel's worker is a text in the script. */
export async function bundlePage(kind: 'ts' | 'js'): Promise<Assets> {
  const bundle = async (entry: string, define: Record<string, string>): Promise<string> => {
    const { outputFiles } = await build({
      entryPoints: [path(entry)],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      minify: true,
      define,
      legalComments: 'none',
      charset: 'utf8',
    })
    return outputFiles[0]?.text ?? ''
  }
  const worker = await bundle(`./page/kernel-worker.${kind}`, {})
  const script = await bundle(`./page/main.${kind}`, { KERNEL_WORKER: JSON.stringify(worker) })
  const { STYLE } = (await import(new URL(`./page/style.${kind}`, import.meta.url).href)) as { STYLE: string }
  return { script, style: STYLE }
}

/** Run as a program, it is the last step of the build. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { script, style } = await bundlePage('js')
  await writeFile(path('./page.bundle.js'), script)
  await writeFile(path('./page.bundle.css'), style)
  const size = (await readFile(path('./page.bundle.js'))).length
  process.stdout.write(`the live page: ${Math.round(size / 1024)} KB of script\n`)
}
