/** Who is signed in, and what they may do. The key itself is never kept: a cookie that no script can read is. */
import type { components } from '../../generated/schema';
import { keep, kept } from '../frame/theme.svelte';

type View = components['schemas']['SessionView'];
export type Role = View['role'];

const RANK: Record<Role, number> = { viewer: 0, agent: 1, operator: 2, admin: 3 };
const ADDRESS = '/v1/session';

function isRole(word: string): word is Role {
  return word in RANK;
}
/** The role with which this browser signed in before: without it nobody needs to ask who is signed in. */
const MARK = 'opcx-signed-in';

class Session {
  /** `unknown` until the engine told; then whether somebody is signed in. */
  state = $state<'unknown' | 'out' | 'in'>('unknown');
  role = $state<Role>('viewer');
  name = $state('');
  /** Whether somebody was signed in before and is no longer. */
  hasEnded = $state(false);
  /** Sent along with whatever changes something; another site cannot know it. */
  #csrf = '';
  #known: Promise<void> = Promise.resolve();

  /** Looks whether somebody is signed in already. Whoever was is let through meanwhile: they see nothing but what the
   * engine tells them, and it knows whether they still are. */
  look(): Promise<void> {
    const role = kept(MARK);
    if (role === undefined) {
      this.state = 'out';
      return Promise.resolve();
    }
    if (isRole(role)) {
      this.role = role;
      this.state = 'in';
    }
    this.#known = this.#ask();
    return this.#known;
  }

  /** Once it is known who is signed in. */
  get known(): Promise<void> {
    return this.#known;
  }

  async #ask(): Promise<void> {
    try {
      const answered = await fetch(ADDRESS);
      if (answered.ok) this.#take((await answered.json()) as View);
      else this.lost();
    } catch {
      this.state = 'out';
    }
  }

  /** Signs in; says what is wrong if that fails. */
  async begin(key: string): Promise<string | undefined> {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key }),
    };
    try {
      const answered = await fetch(ADDRESS, init);
      if (answered.ok) {
        this.#take((await answered.json()) as View);
        return undefined;
      }
      const { detail } = (await answered.json()) as { detail: string };
      return answered.status === 401 ? 'Nobody has this key. Check it, or ask whoever runs opcx.' : detail;
    } catch {
      return 'opcx does not answer. Is it running?';
    }
  }

  async end(): Promise<void> {
    await fetch(ADDRESS, { method: 'DELETE', headers: this.headers('DELETE') }).catch(() => undefined);
    keep(MARK, undefined);
    this.state = 'out';
  }

  /** The engine no longer knows us. */
  lost(): void {
    keep(MARK, undefined);
    this.hasEnded = true;
    this.state = 'out';
  }

  may(role: Role): boolean {
    return RANK[this.role] >= RANK[role];
  }

  headers(method = 'GET'): Record<string, string> {
    return method === 'GET' ? {} : { 'x-csrf-token': this.#csrf };
  }

  #take(view: View): void {
    this.name = view.name;
    this.role = view.role;
    this.#csrf = view.csrf ?? '';
    this.hasEnded = false;
    keep(MARK, view.role);
    this.state = 'in';
  }
}

export const session = new Session();
