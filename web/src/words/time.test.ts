import { expect, test } from 'vitest';
import { away, clock, DAY, day, HOUR, lasting, MINUTE, moment, whole } from './time';

const at = Date.parse('2026-11-21T22:05:09Z');

test('a time is told in the zone of whoever looks', () => {
  expect(moment(at, at, { zone: 'UTC' })).toBe('21 Nov, 22:05');
  expect(moment(at, at, { zone: 'Asia/Tokyo' })).toBe('22 Nov, 07:05');
  expect(clock(at, { zone: 'America/New_York' })).toBe('17:05');
  expect(whole(at, { zone: 'UTC' })).toBe('Sat, 21 Nov 2026, 22:05:09 UTC');
});

test('the year is told where it is another one', () => {
  expect(day(at, at, { zone: 'UTC' })).toBe('21 Nov');
  expect(day(at - 400 * DAY, at, { zone: 'UTC' })).toBe('17 Oct 2025');
});

test('how far away is told in a unit that fits', () => {
  expect(
    [0, 30_000, -5 * MINUTE, 119 * MINUTE, 3 * HOUR, -47 * HOUR, 12 * DAY].map((span) => away(at + span, at)),
  ).toEqual(['now', 'now', '5 min ago', 'in 119 min', 'in 3 h', '47 h ago', 'in 12 d']);
  expect(lasting(2_400)).toBe('2 s');
});
