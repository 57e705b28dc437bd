/** The opcx that is measured, and how figures are put together. */
import { loadavg } from 'node:os';

function told(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set; docs/benchmarks.md says what it holds`);
  return value;
}

export const address = told('OPCX_ADDRESS');
export const key = told('OPCX_VIEWER_KEY');

/** Asks, and reads all of the answer. */
export async function ask(path: string): Promise<unknown> {
  const answered = await fetch(address + path, { headers: { authorization: `Bearer ${key}` } });
  if (!answered.ok) throw new Error(`${path}: ${answered.status} ${await answered.text()}`);
  return answered.json();
}

/** The value below which that share of them lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** A line of a table in Markdown. */
export function row(...cells: (string | number)[]): void {
  console.log(`| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell)).join(' | ')} |`);
}

export function load(): string {
  return `load average ${loadavg()[0]?.toFixed(1)}`;
}
