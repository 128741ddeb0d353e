import { readFile } from 'node:fs/promises'

/** What the page is made of, as text. */
export type Assets = { readonly script: string; readonly style: string }

/** As the build has left them; from a clone's sources they are made anew. */
export async function pageAssets(): Promise<Assets> {
  if (import.meta.url.endsWith('.ts')) {
    // In a package there is neither the file's TypeScript nor what bundles it.
    const bundler = new URL('./bundle.ts', import.meta.url).href
    const { bundlePage } = (await import(bundler)) as typeof import('./bundle.ts')
    return bundlePage('ts')
  }
  const text = (name: string) => readFile(new URL(name, import.meta.url), 'utf8')
  return { script: await text('./page.bundle.js'), style: await text('./page.bundle.css') }
}
