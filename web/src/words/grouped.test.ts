import { expect, test } from 'vitest';
import { grouped } from './grouped';

test('groups come in the order in which they begin', () => {
  expect([...grouped(['b1', 'a1', 'b2'], ([letter]) => String(letter))]).toEqual([
    ['b', ['b1', 'b2']],
    ['a', ['a1']],
  ]);
});
