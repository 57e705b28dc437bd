/** What time it is for the data: the log's time, which an import of the past leaves in the past. */

/** The log ticks at least this often while opcx serves; further behind, the log is a past one. */
const LIVE_WITHIN = 15 * 60_000;
const STEP = 20_000;

class Clock {
  /** The latest time of the log, as far as any answer told. */
  asOf = $state<number>();
  #wall = $state(Date.now());

  constructor() {
    if (typeof window === 'undefined') return;
    setInterval(() => (this.#wall = Date.now()), STEP);
  }

  #isEmpty = $state(false);

  /** Whether it is known what time it is: the log's, or the wall's where an answer told that the log is empty. */
  isKnown = $derived(this.asOf !== undefined || this.#isEmpty);

  /** Whether nothing has come in yet, as far as it is known. */
  get isEmpty(): boolean {
    return this.asOf === undefined && this.#isEmpty;
  }

  /** Now, as the data has it. */
  get now(): number {
    if (this.asOf === undefined) return this.#wall;
    return this.isLive ? Math.max(this.#wall, this.asOf) : this.asOf;
  }

  /** Whether the log goes on now, or tells of a past. */
  get isLive(): boolean {
    return this.asOf === undefined || this.#wall - this.asOf < LIVE_WITHIN;
  }

  /** Takes in the `as_of` of an answer. */
  heard(asOf: string | null | undefined): void {
    if (asOf === null) this.#isEmpty = true;
    if (asOf === null || asOf === undefined) return;
    const at = Date.parse(asOf);
    if (this.asOf === undefined || at > this.asOf) this.asOf = at;
  }
}

export const clock = new Clock();
