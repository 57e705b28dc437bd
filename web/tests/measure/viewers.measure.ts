/** What 200 browsers that look live at Pulse cost the engine. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from '@playwright/test';
import { address, ask, key, load, quantile, row } from './opcx';

const VIEWERS = 200;
const SECONDS = 8;
/** Turns with and without viewers, one after the other, so that what else the machine does hits both. */
const TURNS = 6;
const SENDERS = 4;
const EVENTS_A_REQUEST = 200;
/** `id`, `event`, `data` and an empty one. */
const LINES_A_MESSAGE = 4;
/** What Pulse asks anew whenever something was decided. */
const ASKED = [
  `/v1/pulse?since=${encodeURIComponent(hourBefore(7 * 24))}`,
  `/v1/pulse/series?since=${encodeURIComponent(hourBefore(7 * 24))}&step=day`,
  '/v1/trust?most=1',
  '/v1/promises?most=6',
  '/v1/cases?most=5',
  '/v1/decisions?most=6',
];
/** Of a Linux process: in hundredths of a second, unless the kernel was built otherwise. */
const TICKS_A_SECOND = 100;

const write = process.env['OPCX_WRITE_KEY'] ?? '';
/** The process of the opcx that is measured; without it only rates are told. */
const pid = process.env['OPCX_PID'];
const run = Date.now();
let sent = 0;

function body(): string {
  const batch = Array.from({ length: EVENTS_A_REQUEST }, () => {
    sent += 1;
    const properties = {
      order_id: `m${run}-${sent % 50_000}`,
      order_value: 20 + (sent % 80),
      branch: `branch-${sent % 40}`,
    };
    const event = sent % 3 === 0 ? 'Order Completed' : 'Page Viewed';
    return {
      type: 'track',
      messageId: `measured-${run}-${sent}`,
      userId: `measured-${sent % 20_000}`,
      event,
      properties,
    };
  });
  return JSON.stringify({ batch });
}

function hourBefore(hours: number): string {
  const hour = 3_600_000;
  return new Date(Math.floor(Date.now() / hour) * hour - hours * hour).toISOString();
}

/** Threads that answer whoever looks, and take in what is sent; others decide, write and tidy the store up. */
const ANSWERING = new Set(['tokio-rt-worker', 'opcx-look']);

interface Busy {
  /** Seconds of processor time that opcx took so far. */
  all: number;
  /** Those of the threads that answer. */
  answering: number;
}

function busy(): Busy {
  if (pid === undefined) return { all: Number.NaN, answering: Number.NaN };
  const threads = `/proc/${pid}/task`;
  const answering = readdirSync(threads).filter((thread) =>
    ANSWERING.has(readFileSync(`${threads}/${thread}/comm`, 'utf8').trim()),
  );
  return {
    all: seconds(`/proc/${pid}/stat`),
    answering: answering.reduce((sum, thread) => sum + seconds(`${threads}/${thread}/stat`), 0),
  };
}

function seconds(stat: string): number {
  const fields = readFileSync(stat, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

interface Rate {
  /** Events that were decided on a second. */
  events: number;
  /** Microseconds of opcx's processor time an event, of all threads and of those that answer. */
  cost: number;
  answering: number;
}

/** Takes in and decides for some seconds. */
async function rate(): Promise<Rate> {
  const before = busy();
  const began = performance.now();
  const eventsBefore = await events();
  const end = began + SECONDS * 1_000;
  const send = async (): Promise<void> => {
    while (performance.now() < end) {
      const answered = await fetch(`${address}/v1/batch`, {
        method: 'POST',
        headers: { authorization: `Bearer ${write}` },
        body: body(),
      });
      await answered.arrayBuffer();
      if (answered.status === 429) await new Promise((done) => setTimeout(done, 50));
      else if (!answered.ok) throw new Error(`refused: ${answered.status}`);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  for (;;) {
    const { undecided } = (await ask('/v1/ingest')) as { undecided: number };
    if (undecided === 0) break;
    await new Promise((done) => setTimeout(done, 20));
  }
  const after = busy();
  const decided = (await events()) - eventsBefore;
  return {
    events: decided / ((performance.now() - began) / 1_000),
    cost: ((after.all - before.all) / decided) * 1e6,
    answering: ((after.answering - before.answering) / decided) * 1e6,
  };
}

async function events(): Promise<number> {
  return ((await ask('/v1/ingest')) as { events: number }).events;
}

/** So many who look at Pulse, in a process of their own: they must not keep the senders waiting. */
class Viewers {
  readonly #process: ChildProcess;
  readonly #said: Promise<string>;

  constructor() {
    this.#process = spawn(process.execPath, ['tests/measure/viewers.js', String(VIEWERS), ...ASKED], {
      env: { ...process.env, OPCX_ADDRESS: address, OPCX_VIEWER_KEY: key },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#said = new Promise((done) => {
      let said = '';
      this.#process.stdout?.setEncoding('utf8').on('data', (piece: string) => (said += piece));
      this.#process.once('close', () => done(said));
    });
  }

  /** Ends, and tells what they were told. */
  async end(): Promise<{ lines: number; answers: number }> {
    this.#process.kill('SIGTERM');
    return JSON.parse(await this.#said) as { lines: number; answers: number };
  }
}

test('viewers', async () => {
  if (write === '') throw new Error('OPCX_WRITE_KEY is not set');
  await rate();
  const turns: Record<'alone' | 'watched', Rate>[] = [];
  let [told, answers] = [0, 0];
  const watched = async (): Promise<Rate> => {
    const viewers = new Viewers();
    const measured = await rate();
    const heard = await viewers.end();
    told += heard.lines;
    answers += heard.answers;
    return measured;
  };
  for (let turn = 0; turn < TURNS; turn += 1) {
    // Now the one first, now the other: the store grows meanwhile.
    if (turn % 2 === 0) turns.push({ alone: await rate(), watched: await watched() });
    else {
      const first = await watched();
      turns.push({ alone: await rate(), watched: first });
    }
  }
  console.log(`\n${load()}; ${TURNS} turns of ${SECONDS} s each way\n`);
  const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');
  const said = ({ events, cost, answering }: Rate): string =>
    `${whole(events)}; ${cost.toFixed(1)}, ${answering.toFixed(1)} of them answering`;
  row('turn: events decided on a second; µs of processor time an event', 'no viewers', `${VIEWERS} viewers`);
  row('---', '---', '---');
  turns.forEach(({ alone, watched }, turn) => row(String(turn + 1), said(alone), said(watched)));
  const of = (which: 'alone' | 'watched', what: keyof Rate): number => {
    const values = turns.map((turn) => turn[which][what]);
    return (
      (quantile(values, 0.5) +
        quantile(
          values.map((value) => -value),
          0.5,
        ) *
          -1) /
      2
    );
  };
  const median = (which: 'alone' | 'watched'): Rate => ({
    events: of(which, 'events'),
    cost: of(which, 'cost'),
    answering: of(which, 'answering'),
  });
  const [alone, seen] = [median('alone'), median('watched')];
  row('median', said(alone), said(seen));
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  console.log(
    `\n${percent(1 - seen.events / alone.events)} slower with ${VIEWERS} viewers, who were told ${whole(told / LINES_A_MESSAGE)} messages and asked for ${whole(answers)} answers; ` +
      `answering them took ${percent((seen.answering - alone.answering) / alone.cost)} of the processor time of an event; ${load()}`,
  );
});
