import { expect, test } from 'vitest';
import { diff, hunks } from './diff';

const told = (before: string, after: string): string[] =>
  diff(before, after).map(
    ({ is, text, number }) => `${{ same: ' ', gone: '-', new: '+' }[is]}${number} ${text}`,
  );

test('a changed line is one that goes and one that comes', () => {
  expect(told('a\nb\nc', 'a\nB\nc')).toEqual([' 1 a', '-2 b', '+2 B', ' 3 c']);
});

test('what was moved in between is found', () => {
  expect(told('a\nb\nc\nd', 'a\nx\nc\ny\nd')).toEqual([' 1 a', '-2 b', '+2 x', ' 3 c', '+4 y', ' 5 d']);
  expect(told('same', 'same')).toEqual([' 1 same']);
  expect(told('', 'new')).toEqual(['-1 ', '+1 new']);
});

test('both texts can be put together again from what differs', () => {
  const texts = ['', 'a', 'a\nb', 'b\na', 'a\n\nb\nc', 'c\nb\na\nb', 'x\na\nb\nx'];
  for (const before of texts) {
    for (const after of texts) {
      const lines = diff(before, after);
      const of = (other: string): string =>
        lines
          .filter(({ is }) => is !== other)
          .map(({ text }) => text)
          .join('\n');
      expect([of('new'), of('gone')]).toEqual([before, after]);
    }
  }
});

test('only what is near a change is shown', () => {
  const before = Array.from({ length: 30 }, (_, line) => `line ${line + 1}`);
  const after = before.with(14, 'other').with(29, 'last');
  const shown = hunks(diff(before.join('\n'), after.join('\n')));
  expect(shown.map((line) => (line === null ? '…' : line.text)).join(', ')).toBe(
    'line 12, line 13, line 14, line 15, other, line 16, line 17, line 18, …, line 27, line 28, line 29, line 30, last',
  );
});
