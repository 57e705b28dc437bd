import { expect, test } from 'vitest';
import { change } from './usual';

const share = (low: number, high: number) => ({ share: (low + high) / 2, low, high, count: 1, n: 100 });

test('only what surely differs is told to differ', () => {
  expect(change(share(0.3, 0.4), share(0.1, 0.2))).toBe('worse');
  expect(change(share(0.1, 0.2), share(0.3, 0.4))).toBe('better');
  expect(change(share(0.1, 0.3), share(0.2, 0.4))).toBe('same');
  expect(change(share(0.1, 0.3), { n_below: 10 })).toBe('unknown');
  expect(change(share(0.1, 0.3), undefined)).toBe('unknown');
});
