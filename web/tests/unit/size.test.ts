import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';

/** Script that a browser needs before Pulse is there, packed. */
const FLOOR_BYTES = 80_000;

test('Pulse needs less than 80 kB of packed script', async () => {
  const built = (await build({ logLevel: 'silent', build: { write: false } })) as Rolldown.RolldownOutput;
  const chunks = built.output.filter((file) => file.type === 'chunk');
  const needed = new Set<string>();
  const need = (name: string | undefined): void => {
    const chunk = chunks.find((chunk) => chunk.fileName === name);
    if (chunk === undefined || needed.has(chunk.fileName)) return;
    needed.add(chunk.fileName);
    chunk.imports.forEach(need);
  };
  need(chunks.find((chunk) => chunk.isEntry)?.fileName);
  need(chunks.find((chunk) => chunk.name === 'Pulse')?.fileName);
  const packed = chunks
    .filter((chunk) => needed.has(chunk.fileName))
    .reduce((sum, chunk) => sum + gzipSync(chunk.code, { level: 9 }).length, 0);
  expect(needed.size).toBeGreaterThan(1);
  expect(packed).toBeLessThan(FLOOR_BYTES);
  console.info(`script for Pulse: ${(packed / 1000).toFixed(1)} kB packed, in ${needed.size} files`);
}, 60_000);
