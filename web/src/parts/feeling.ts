/** What a model read in a text, in short. */
import type { Read } from '../api/view';
import { percent } from '../words/number';

/** The likeliest emotions, `most` at most; or that none could be read. */
export function feeling(read: Read | null | undefined, most: number): string | undefined {
  if (!read) return undefined;
  if (read.unknown) return `no feeling could be read: ${read.unknown}`;
  return read.emotions
    .slice(0, most)
    .map(({ emotion, permille }) => `${emotion} ${percent(permille / 1000)}`)
    .join(', ');
}

/** Whether anything was felt. */
export function isFelt(read: Read | null | undefined): boolean {
  return Boolean(read) && !read?.unknown;
}
