import { createHash } from 'node:crypto'
import type { SymbolPlace } from './slim.ts'

/**
 * The file that says where symbols are: records of 20 bytes in the order of their first 16, which are the beginning of the
 * SHA-256 of a symbol's name; then, as a big-endian number, twice the place, and one more for data.
 */
export const RECORD = { key: 16, length: 20 } as const

export function writeSymbols(symbols: ReadonlyMap<string, SymbolPlace>): Uint8Array {
  const records = Array.from(symbols, ([name, place]) => {
    const record = Buffer.alloc(RECORD.length)
    createHash('sha256').update(name).digest().copy(record, 0, 0, RECORD.key)
    record.writeUInt32BE(place.kind === 'function' ? place.slot * 2 : place.address * 2 + 1, RECORD.key)
    return record
  })
  return Buffer.concat(records.sort(Buffer.compare))
}

/**
 * JavaScript for the loader, which runs in threads that no import reaches: `findSymbol(name)` is a function's place in the
 * table, and `findData(name)` an address; 0 where there is none.
 * @param file an expression for the path of the file
 */
export function symbolFinder(file: string): string {
  return (
    `var symbolRecords;var findRecord=name=>{symbolRecords??=require("fs").readFileSync(${file});` +
    'var key=require("crypto").hash("sha256",name,"buffer");' +
    `var low=0,high=symbolRecords.length/${RECORD.length};` +
    `while(low<high){var middle=low+high>>>1,at=middle*${RECORD.length};` +
    `var order=key.compare(symbolRecords,at,at+${RECORD.key},0,${RECORD.key});` +
    `if(order===0)return symbolRecords.readUInt32BE(at+${RECORD.key});` +
    'if(order<0)high=middle;else low=middle+1}return 0};' +
    'var findSymbol=name=>{var found=findRecord(name);return found&1?0:found>>>1};' +
    'var findData=name=>{var found=findRecord(name);return found&1?found>>>1:0};'
  )
}
