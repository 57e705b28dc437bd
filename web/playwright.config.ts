import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/browser',
  outputDir: 'test-results',
  snapshotPathTemplate: 'tests/browser/screens/{arg}{ext}',
  // Two engines and two browsers fill two cores.
  workers: 2,
  fullyParallel: false,
  // Room for a machine several times slower: what holds, holds by then.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list']],
  use: {
    // Somebody who sits elsewhere than the machine.
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    viewport: { width: 1360, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env['OPCX_CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
});
