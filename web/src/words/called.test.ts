import { expect, test } from 'vitest';
import { called, toldApart } from './called';

const email = { kind: 'email', value: 'ada@example.org' };

test('people are called by their name, else by what systems know them by', () => {
  const people = [
    { customer: 'c1', known_as: { name: 'Ada', identifier: email } },
    { customer: 'c1', known_as: { name: null, identifier: email } },
    { customer: 'c1', known_as: { name: 'Ada', identifier: null } },
    { customer: 'c1', known_as: { name: 'Ada', identifier: { kind: 'user_id', value: 'ada' } } },
    { customer: 'c1' },
    { customer: null, known_as: null },
  ];
  expect(people.map((one) => [called(one), toldApart(one)])).toEqual([
    ['Ada', 'ada@example.org'],
    ['ada@example.org', undefined],
    ['Ada', undefined],
    ['Ada', undefined],
    ['c1', undefined],
    ['somebody who was erased', undefined],
  ]);
});
