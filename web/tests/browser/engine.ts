/** An opcx of its own for tests: the simulated company's folder, with or without a month of history. */
import { test as base, expect, type Page } from '@playwright/test';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export { expect };

/** Signs webhooks to the endpoint `crm`, where a test has one. */
const SECRET = `whsec_${Buffer.from('a secret of the browser tests only').toString('base64')}`;
const PROGRAMS = resolve(process.env['CARGO_TARGET_DIR'] ?? '../target', 'debug');

/** Somebody to whom something happened. */
export const SOMEBODY = 'lang139@work.example';

/** Everybody who has a key here: the role's own, and two agents with names. */
export type Who = 'viewer' | 'agent' | 'operator' | 'admin' | 'mia' | 'tom';
const NAMES: readonly Who[] = ['viewer', 'agent', 'operator', 'admin', 'mia', 'tom'];
const variable = (who: string): string => `OPCX_${who.toUpperCase()}_KEY`;
export const key = (who: string): string => `${who}-key-of-the-browser-tests`;

export class Engine {
  readonly address: string;
  readonly #process: ChildProcess;
  readonly #room: string;

  private constructor(address: string, process: ChildProcess, room: string) {
    this.address = address;
    this.#process = process;
    this.#room = room;
  }

  /** Starts one; `more` is what its folder's files, by their paths, say besides. */
  static async start(
    history: 'with history' | 'empty',
    more: Readonly<Record<string, string>> = {},
  ): Promise<Engine> {
    const room = mkdtempSync(join(tmpdir(), 'opcx-pages-'));
    const shop = join(room, 'shop');
    const isData = (path: string): boolean => path.endsWith('.opcx-data');
    cpSync('../examples/shop', shop, { recursive: true, filter: (path) => !isData(path) });
    const people = ['mia', 'tom'].map(
      (name) => `[people.${name}]\nrole = "agent"\nkey = "${variable(name)}"\n`,
    );
    const settings = join(shop, 'opcx.toml');
    writeFileSync(settings, `${readFileSync(settings, 'utf8')}\n${people.join('\n')}`);
    for (const [path, text] of Object.entries(more)) appendFileSync(join(shop, path), text);
    const program = join(PROGRAMS, 'opcx');
    if (history === 'with history') {
      const played = ['--scenario', 'default', '--seed', '1', '--customers', '300', '--days', '30'];
      execFileSync(program, ['sim', ...played, '--out', room], { stdio: 'pipe' });
      const events = join(room, 'events.jsonl');
      // 1 says that some lines could not be read, as is meant.
      try {
        execFileSync(program, ['import', shop, events, '--mapping', 'bus'], { stdio: 'pipe' });
      } catch (error) {
        if ((error as { status?: number }).status !== 1) throw error;
      }
    }
    const keys = [...NAMES, 'write'].map((who) => [variable(who), key(who)]);
    const engine = spawn(program, ['serve', shop, '--listen', '127.0.0.1:0'], {
      env: { ...process.env, ...Object.fromEntries(keys), OPCX_CRM_SECRET: SECRET },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: string[] = [];
    for await (const line of createInterface({ input: engine.stderr })) {
      said.push(line);
      const address = /opcx listens on (\S+)/.exec(line)?.[1];
      if (address !== undefined) {
        engine.stderr.resume();
        return new Engine(address, engine, room);
      }
    }
    throw new Error(`opcx did not start:\n${said.join('\n')}`);
  }

  /** Something happens to a customer, now. */
  async happens(customer: string, event: string, properties: Record<string, unknown> = {}): Promise<void> {
    const message = { type: 'track', messageId: crypto.randomUUID(), userId: customer, event, properties };
    const answered = await fetch(`${this.address}/v1/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key('write')}` },
      body: JSON.stringify({ batch: [message] }),
    });
    expect(answered.status).toBe(200);
  }

  /** What a file of the folder says. */
  file(path: string): string {
    return readFileSync(join(this.#room, 'shop', path), 'utf8');
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.#process.once('exit', done));
    this.#process.kill('SIGTERM');
    await ended;
    rmSync(this.#room, { recursive: true });
  }
}

/** Opens an address and signs in there. */
export async function open(page: Page, engine: Engine, path: string, who: Who = 'admin'): Promise<void> {
  await page.goto(engine.address + path);
  await page.getByLabel('Key').fill(key(who));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Pages' })).toBeVisible();
}

/** `past` has a history and is only looked at; `live` begins empty. */
export const test = base.extend<object, { past: Engine; live: Engine }>({
  past: [
    async ({}, use) => {
      const engine = await Engine.start('with history');
      await use(engine);
      await engine.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  live: [
    async ({}, use) => {
      const engine = await Engine.start('empty');
      await use(engine);
      await engine.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
});
