/** Tells pages what has changed, as the engine says it; looks now and then where it cannot be heard. */
import { clock } from './clock.svelte';

/** The parts of the state that change each for itself. */
export const TOPICS = ['customers', 'promises', 'cases', 'decisions', 'rejected'] as const;
export type Topic = (typeof TOPICS)[number];

/** What the engine says of itself. */
export interface News {
  as_of?: string | null;
  /** Names the definitions that decide now. */
  definitions: string;
  position: number;
  undecided: number;
  events: number;
  rejected: number;
  changed: Record<Topic, number>;
}

const ADDRESS = '/v1/live';
/** Least time between two askings for the same: faster, nobody could read. */
const PAUSE_MILLIS = 1_000;
/** How often is asked while nothing can be heard, and how often it is tried to hear again. */
const BLIND_MILLIS = 5_000;
const RETRY_MILLIS = 20_000;

class Live {
  /** Count up when a part may have changed; whoever reads one asks again. */
  turns = $state<Record<Topic, number>>({ customers: 0, promises: 0, cases: 0, decisions: 0, rejected: 0 });
  /** What was heard last. */
  news = $state.raw<News>();
  isHeard = $state(false);
  #source: EventSource | undefined;
  #timers: ReturnType<typeof setInterval>[] = [];
  #changed = new Set<Topic>();
  #flushed = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    this.#listen();
    this.#timers = [
      setInterval(() => {
        if (!this.isHeard) this.nudge();
      }, BLIND_MILLIS),
      setInterval(() => {
        if (this.#source?.readyState === EventSource.CLOSED) this.#listen();
      }, RETRY_MILLIS),
    ];
    document.addEventListener('visibilitychange', this.#seen);
  }

  stop(): void {
    this.#source?.close();
    this.#timers.forEach(clearInterval);
    clearTimeout(this.#waiting);
    this.isHeard = false;
    document.removeEventListener('visibilitychange', this.#seen);
  }

  /** Something was done here whose effect is to be seen at once. */
  nudge(...topics: Topic[]): void {
    (topics.length === 0 ? TOPICS : topics).forEach((topic) => this.#changed.add(topic));
    this.#flush();
  }

  #listen(): void {
    this.#source?.close();
    const source = new EventSource(ADDRESS);
    this.#source = source;
    source.addEventListener('live', ({ data }: MessageEvent<string>) =>
      this.#heard(JSON.parse(data) as News),
    );
    source.addEventListener('error', () => (this.isHeard = false));
  }

  #heard(news: News): void {
    const before = this.news;
    this.news = news;
    this.isHeard = true;
    clock.heard(news.as_of);
    if (before === undefined) return;
    for (const topic of TOPICS) {
      if (news.changed[topic] !== before.changed[topic]) this.#changed.add(topic);
    }
    this.#flush();
  }

  #flush(): void {
    if (this.#changed.size === 0 || this.#waiting !== undefined || document.visibilityState !== 'visible')
      return;
    const wait = Math.max(0, this.#flushed + PAUSE_MILLIS - Date.now());
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      this.#flushed = Date.now();
      for (const topic of this.#changed) this.turns[topic] += 1;
      this.#changed.clear();
    }, wait);
  }

  #seen = (): void => {
    if (document.visibilityState !== 'visible') return;
    if (this.isHeard) this.#flush();
    else this.nudge();
  };
}

export const live = new Live();
