/** What differs between two texts, line by line. */

export interface DiffLine {
  is: 'same' | 'gone' | 'new';
  text: string;
  /** The line's number in the text that it is of; in the newer one where it is in both. */
  number: number;
}

/** Lines around a change that are shown with it. */
const AROUND = 3;

/** Every line of both texts, in order. */
export function diff(before: string, after: string): DiffLine[] {
  const [old, young] = [before.split('\n'), after.split('\n')];
  // What both begin and end with needs no looking for.
  let head = 0;
  while (head < old.length && head < young.length && old[head] === young[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < young.length - head && old.at(-1 - tail) === young.at(-1 - tail))
    tail += 1;
  const [a, b] = [old.slice(head, old.length - tail), young.slice(head, young.length - tail)];

  // The length of the longest common subsequence of what follows each pair of lines.
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] =
        a[i] === b[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
    }
  }
  const lines: DiffLine[] = [];
  const add = (is: DiffLine['is'], text: string | undefined, number: number): void => {
    lines.push({ is, text: text ?? '', number });
  };
  for (let line = 0; line < head; line += 1) add('same', young[line], line + 1);
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add('same', b[j], head + j + 1);
      i += 1;
      j += 1;
    } else if (
      i < a.length &&
      (j === b.length || (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))
    ) {
      add('gone', a[i], head + i + 1);
      i += 1;
    } else {
      add('new', b[j], head + j + 1);
      j += 1;
    }
  }
  for (let line = young.length - tail; line < young.length; line += 1) add('same', young[line], line + 1);
  return lines;
}

/** Only what changed, with a few lines around it; `null` where lines are left out. */
export function hunks(lines: readonly DiffLine[]): (DiffLine | null)[] {
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ is }) => is !== 'same'),
  );
  const shown: (DiffLine | null)[] = [];
  lines.forEach((line, at) => {
    if (isNear[at]) shown.push(line);
    else if (shown.length > 0 && shown.at(-1) !== null) shown.push(null);
  });
  if (shown.at(-1) === null) shown.pop();
  return shown;
}
