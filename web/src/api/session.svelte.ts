/** Who is signed in, and what they may do. The key itself is never kept: a cookie that no script can read is. */
import type { components } from '../../generated/schema';
import { keep, kept } from '../frame/theme.svelte';

type View = components['schemas']['SessionView'];
export type Role = View['role'];

const RANK: Record<Role, number> = { viewer: 0, agent: 1, operator: 2, admin: 3 };
const ADDRESS = '/v1/session';
/** Whether this browser signed in before: without it nobody needs to ask. */
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

  /** Looks whether somebody is signed in already. */
  async look(): Promise<void> {
    if (kept(MARK) === undefined) {
      this.state = 'out';
      return;
    }
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
    keep(MARK, 'yes');
    this.state = 'in';
  }
}

export const session = new Session();
