import { expect, test } from 'vitest';
import { count, level, many, percent, percents, short, signed } from './number';

test('a share keeps a decimal only where it would else be shown as none', () => {
  expect([0, 0.0004, 0.0042, 0.0096, 0.381, 0.999, 1].map(percent)).toEqual([
    '0\u202f%',
    '0.0\u202f%',
    '0.4\u202f%',
    '1\u202f%',
    '38\u202f%',
    '100\u202f%',
    '100\u202f%',
  ]);
  expect(percents(0.352, 0.411)).toBe('35–41\u202f%');
});

test('a valence has its sign, and none has no sign', () => {
  expect([0.123, -0.4, 0.001, 0].map((value) => signed(value))).toEqual(['+0.12', '−0.40', '0.00', '0.00']);
});

test('numbers are grouped, counted things agree with their number', () => {
  expect(count(1204)).toBe('1,204');
  expect(level(499.6)).toBe('500');
  expect([many(1, 'promise'), many(2, 'promise'), many(0, 'person', 'people')]).toEqual([
    '1 promise',
    '2 promises',
    '0 people',
  ]);
});

test('large numbers are shortened to what can be compared at a glance', () => {
  expect([999, 9_999, 12_340, 123_400, 1_250_000, 10_000_000, 2e9].map(short)).toEqual([
    '999',
    '9,999',
    '12.3\u202fk',
    '123\u202fk',
    '1.3\u202fM',
    '10.0\u202fM',
    '2.0\u202fG',
  ]);
});
