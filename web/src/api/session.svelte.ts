/** Who is signed in, and what they may do. */

export type Role = 'viewer' | 'agent' | 'operator' | 'admin';

const RANK: Record<Role, number> = { viewer: 0, agent: 1, operator: 2, admin: 3 };

class Session {
  /** `unknown` until the engine told; then whether somebody is signed in. */
  state = $state<'unknown' | 'out' | 'in'>('unknown');
  role = $state<Role>('viewer');
  name = $state('');
  /** Whether somebody was signed in before and is no longer. */
  hasEnded = $state(false);
  /** Kept in memory alone, and forgotten with the page. */
  #key: string | undefined;

  /** Looks whether somebody is signed in already. */
  async look(): Promise<void> {
    this.state = 'out';
  }

  /** Signs in; says what is wrong if that fails. */
  async begin(key: string): Promise<string | undefined> {
    const probe = async (path: string) => {
      const answered = await fetch(path, { headers: { authorization: `Bearer ${key}` } });
      return answered.status;
    };
    try {
      if ((await probe('/v1/cases?most=1')) !== 200)
        return 'This key opens nothing here. Check it, or ask whoever runs opcx.';
      // Who may be asked about erasures is an admin, whatever the answer.
      this.role = (await probe('/v1/customers/-/export')) === 401 ? 'viewer' : 'admin';
    } catch {
      return 'opcx does not answer. Is it running?';
    }
    this.#key = key;
    this.name = this.role;
    this.hasEnded = false;
    this.state = 'in';
    return undefined;
  }

  async end(): Promise<void> {
    this.#key = undefined;
    this.state = 'out';
  }

  /** The engine no longer knows us. */
  lost(): void {
    this.#key = undefined;
    this.hasEnded = true;
    this.state = 'out';
  }

  may(role: Role): boolean {
    return RANK[this.role] >= RANK[role];
  }

  headers(_method: string | undefined): Record<string, string> {
    return this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` };
  }
}

export const session = new Session();
