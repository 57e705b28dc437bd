/** Which time is looked at: the address holds a word for it. */
import { clock } from '../api/clock.svelte';
import { place } from '../frame/place.svelte';
import { DAY, HOUR } from '../words/time';

export const PERIODS = [
  ['7d', 'last 7 days'],
  ['24h', 'last 24 hours'],
  ['28d', 'last 28 days'],
  ['90d', 'last 90 days'],
  ['all', 'all time'],
] as const;

const SPANS: Record<string, number> = { '24h': DAY, '7d': 7 * DAY, '28d': 28 * DAY, '90d': 90 * DAY };

class Period {
  #span = $derived(SPANS[place.get('period') ?? '7d']);
  /** Whether hours can be told one by one. */
  isShort = $derived(this.#span !== undefined && this.#span <= DAY);
  // By whole hours, and texts, so that the same question is asked for an hour and not at every tick of a clock.
  since = $derived(this.#back(1));
  /** Since when as long a time lasted that ended when this one began: to compare with. */
  before = $derived(this.#back(2));

  #back(times: number): string | undefined {
    if (this.#span === undefined) return undefined;
    return new Date(Math.floor(clock.now / HOUR) * HOUR - times * this.#span).toISOString();
  }
}

export const period = new Period();
