import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import type { TreeRecord } from '../../src/search/tree-record.ts'
import type { WrittenPage } from '../../src/view/data.ts'

/** What a written page has inside, as its script reads it. */
export function pageInside(path: string): WrittenPage {
  const [, json = ''] =
    /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(readFileSync(path, 'utf8')) ?? []
  return JSON.parse(json)
}

/** The search tree of a page that shows nothing else. */
export function treeInside(path: string): TreeRecord {
  const page = pageInside(path)
  if (page.kind !== 'tree') throw new Error(`${path} is no page of a tree`)
  return JSON.parse(inflateSync(Buffer.from(page.tree, 'base64')).toString())
}

/** A theorem of a report, as its page shows it. */
export function theoremInside(path: string, position: number): unknown {
  const page = pageInside(path)
  if (page.kind !== 'report') throw new Error(`${path} is no report`)
  return JSON.parse(inflateSync(Buffer.from(page.theorems[position]?.page ?? '', 'base64')).toString())
}
