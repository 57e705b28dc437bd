import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { compressed } from './compressed.ts';

// Where a running opcx answers, for `npm run dev`.
const engine = process.env['OPCX_ADDRESS'] ?? 'http://127.0.0.1:7700';

export default defineConfig({
  plugins: [svelte(), compressed()],
  build: {
    outDir: process.env['OPCX_PAGES_OUT'] ?? 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Every file is one of its own, so that the Content-Security-Policy needs no `data:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': engine } },
  test: { include: ['src/**/*.test.ts', 'tests/unit/**/*.test.ts'] },
});
