import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks', // a test may send signals and block its event loop
    maxWorkers: 3, // most of them wait for processes most of the time
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 15_000
  }
})
