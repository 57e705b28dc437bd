import { expect, test } from 'vitest';
import { csv } from './save';

test('what a customer said cannot break a table or become a formula', () => {
  expect(
    csv(
      ['said', 'n'],
      [
        ['no, "never"\nagain', 3],
        ['=1+1', null],
        ['-', 0.5],
      ],
    ),
  ).toBe('said,n\r\n"no, ""never""\nagain",3\r\n\'=1+1,\r\n\'-,0.5\r\n');
});
