import type { PlaybookView } from '../../api/view';
import { DAY } from '../../words/time';

/** The number of a day that begins then, somewhere on Earth. */
export function dayOf(from: string): number {
  return Math.round(Date.parse(from) / DAY);
}

/** The first and the last day on which any of them was set off. */
export function firstAndLast(playbooks: readonly PlaybookView[]): readonly [first: number, last: number] {
  const days = playbooks.flatMap((playbook) => playbook.days.map(({ from }) => dayOf(from)));
  return days.length === 0 ? [0, 0] : [Math.min(...days), Math.max(...days)];
}
