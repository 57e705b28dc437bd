/** How customers fared, as a file. */
import { isShown, type Experience, type Figure, type Share } from '../api/view';
import { saveCsv, type Cell } from './save';

/** Saves a row for each of `rows`, which are called `names` in their order. */
export function saveFares(
  file: string,
  names: readonly string[],
  rows: readonly (readonly [called: readonly Cell[], row: Experience])[],
): void {
  const shares = ['bad', 'good', 'negative'].flatMap((share) => [share, `${share}_low`, `${share}_high`]);
  saveCsv(
    file,
    [...names, 'n', ...shares, 'n_felt', 'emotions'],
    rows.map(([called, row]) => [
      ...called,
      row.n,
      ...[row.bad, row.good, row.negative].flatMap(cells),
      row.n_felt,
      row.emotions.map(({ emotion }) => emotion).join(' '),
    ]),
  );
}

function cells(figure: Figure<Share>): Cell[] {
  return isShown(figure) ? [figure.share, figure.low, figure.high] : [null, null, null];
}
