import { isShown, type Figure, type Mean, type Share } from '../api/view';

export type Tone = 'good' | 'bad' | 'accent';

/** A figure at a time; none where there were too few observations. */
export interface Point {
  at: number;
  figure: { value: number; low: number; high: number; n: number } | null;
  /** How many were observed, where that is told without a figure. */
  n: number;
}

/** The points of a share. */
export function shares<T extends { from: string; n: number }>(
  points: readonly T[],
  of: (point: T) => Figure<Share>,
): Point[] {
  return points.map((point) => {
    const figure = of(point);
    return {
      at: Date.parse(point.from),
      figure: isShown(figure) ? { ...figure, value: figure.share } : null,
      n: point.n,
    };
  });
}

/** The points of a mean. */
export function means<T extends { from: string; n: number }>(
  points: readonly T[],
  of: (point: T) => Figure<Mean>,
): Point[] {
  return points.map((point) => {
    const figure = of(point);
    return {
      at: Date.parse(point.from),
      figure: isShown(figure) ? { ...figure, value: figure.mean } : null,
      n: point.n,
    };
  });
}
