/** Measures pages against an opcx that runs already: `docs/benchmarks.md` says how. No part of the tests. */
import { defineConfig } from '@playwright/test';
import tests from './playwright.config.ts';

export default defineConfig(tests, {
  testDir: 'tests/measure',
  testMatch: '*.measure.ts',
  workers: 1,
  timeout: 1_200_000,
  use: { trace: 'off' },
});
