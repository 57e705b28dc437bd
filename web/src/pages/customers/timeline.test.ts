import { expect, test } from 'vitest';
import type { Customer } from '../../api/view';
import { timeline } from './timeline';

const customer = {
  trust: {
    entries: [
      {
        at: '2026-10-01T10:00:00Z',
        topic: 'pay',
        what: 'moment pay went badly',
        account: 'capability',
        position: 1,
        change: -30,
        level: 470,
      },
      {
        at: '2026-10-01T10:00:00Z',
        topic: 'pay',
        what: 'moment pay went badly',
        account: 'humanity',
        position: 1,
        change: -5,
        level: 495,
      },
      {
        at: '2026-10-02T10:00:00Z',
        topic: 'answered',
        what: 'promise answered was broken',
        account: 'humanity',
        position: 2,
        change: -90,
        level: 400,
      },
    ],
  },
  runs: [
    {
      journey: 'order',
      key: 'o-1',
      steps: [
        { moment: 'checkout', at: '2026-10-01T09:00:00Z', outcome: 'neutral' },
        { moment: 'pay', at: '2026-10-01T10:00:00Z', outcome: 'bad' },
      ],
    },
  ],
  promises: [
    { promise: 'answered', made: '2026-10-01T10:00:00Z', settled: '2026-10-02T10:00:00Z', state: 'broken' },
  ],
  cases: [],
  decisions: [],
} as unknown as Customer;

test('what happened is told once, newest first: what moved trust tells of its moment and its promise', () => {
  const told = timeline(customer).map((it) => {
    if (it.is === 'evidence')
      return `${it.entries[0]?.what}: ${it.entries.map(({ account }) => account).join(', ')}`;
    if (it.is === 'moment') return `went through ${it.moment}`;
    return it.is === 'promise' ? `promise ${it.became}` : it.is;
  });
  expect(told).toEqual([
    'promise answered was broken: humanity',
    'moment pay went badly: capability, humanity',
    'promise made',
    'went through checkout',
  ]);
});
