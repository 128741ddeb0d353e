import { afterAll, beforeAll } from 'vitest'
import { closeEngines, openEngines } from './native/engines.ts'
import './native/conformance.ts'
import './native/trace.ts'
import './native/holes.ts'
// Ends with the server's end.
import './native/lsp.ts'

beforeAll(openEngines)
afterAll(closeEngines)
