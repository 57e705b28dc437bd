import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Below this a packed file saves less than its header costs. */
const BYTES_MIN = 512;
const PACKED = /\.(?:br|gz)$/;

/** Packs every built file once, as small as can be, so that serving it costs nothing. */
export function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
      if (config.build.outDir.startsWith('/')) folder = config.build.outDir;
    },
    async writeBundle() {
      const found = await readdir(folder, { recursive: true, withFileTypes: true });
      for (const entry of found.filter((entry) => entry.isFile() && !PACKED.test(entry.name))) {
        const path = join(entry.parentPath, entry.name);
        const plain = await readFile(path);
        if (plain.length < BYTES_MIN) continue;
        const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        await writeFile(`${path}.br`, brotliCompressSync(plain, { params: quality }));
        await writeFile(`${path}.gz`, gzipSync(plain, { level: 9 }));
      }
    },
  };
}
