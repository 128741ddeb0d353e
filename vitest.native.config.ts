import { defineConfig } from 'vitest/config'

/** What only an installed toolchain can show. */
export default defineConfig({
  test: { include: ['test-native/**/*.test.ts'], testTimeout: 900_000, hookTimeout: 900_000, maxWorkers: 1 },
})
