/** What differs from the time before, as far as that is sure. */
import { isShown, type Figure, type MomentExperience, type Share } from '../../api/view';

export type Change = 'worse' | 'better' | 'same' | 'unknown';

/** Two shares differ surely only when their intervals do not touch. */
export function change(now: Figure<Share>, before: Figure<Share> | undefined): Change {
  if (before === undefined || !isShown(now) || !isShown(before)) return 'unknown';
  if (now.low > before.high) return 'worse';
  if (now.high < before.low) return 'better';
  return 'same';
}

/** How each moment's share of bad outcomes changed, by the moments' names. */
export function changes(
  now: readonly MomentExperience[],
  before: readonly MomentExperience[],
): Map<string, Change> {
  const earlier = new Map(before.map((moment) => [moment.moment, moment.bad]));
  return new Map(now.map((moment) => [moment.moment, change(moment.bad, earlier.get(moment.moment))]));
}
