/** Tells pages when to look again. */

/** How often it is looked while nothing tells of changes. */
const EVERY_MILLIS = 5_000;

class Live {
  /** Counts up whenever something may have changed; whoever reads it asks again. */
  turn = $state(0);
  isOn = $state(true);
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      if (this.isOn && document.visibilityState === 'visible') this.turn += 1;
    }, EVERY_MILLIS);
    document.addEventListener('visibilitychange', this.#seen);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    document.removeEventListener('visibilitychange', this.#seen);
  }

  /** Something was done here whose effect is to be seen at once. */
  nudge(): void {
    this.turn += 1;
  }

  #seen = (): void => {
    if (this.isOn && document.visibilityState === 'visible') this.turn += 1;
  };
}

export const live = new Live();
