/** What 200 browsers that look live at Pulse cost the engine. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from '@playwright/test';
import { address, ask, key, load, quantile, row } from './opcx';

const VIEWERS = 200;
const SECONDS = 8;
/** Turns with and without viewers, one after the other, so that what else the machine does hits both. */
const TURNS = 3;
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

/** Seconds of processor time that opcx took so far. */
function busy(): number {
  if (pid === undefined) return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

interface Rate {
  /** Events that were decided on a second. */
  events: number;
  /** Microseconds of opcx's processor time an event. */
  cost: number;
}

/** Takes in and decides for some seconds. */
async function rate(): Promise<Rate> {
  const busyBefore = busy();
  const began = performance.now();
  const before = await events();
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
  const decided = (await events()) - before;
  return {
    events: decided / ((performance.now() - began) / 1_000),
    cost: ((busy() - busyBefore) / decided) * 1e6,
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
  const rates: Record<'none' | 'many', Rate[]> = { none: [], many: [] };
  let [told, answers] = [0, 0];
  for (let turn = 0; turn < TURNS; turn += 1) {
    rates.none.push(await rate());
    const viewers = new Viewers();
    rates.many.push(await rate());
    const heard = await viewers.end();
    told += heard.lines;
    answers += heard.answers;
  }
  console.log(`\n${load()}; ${TURNS} turns of ${SECONDS} s each way, one after the other\n`);
  row(
    'viewers',
    'events decided on a second, median',
    'least',
    'most',
    'processor time an event, µs, median',
  );
  row('---', '---', '---', '---', '---');
  const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');
  for (const [viewers, values] of [
    ['0', rates.none],
    [String(VIEWERS), rates.many],
  ] as const) {
    const events = values.map((rate) => rate.events);
    row(
      viewers,
      whole(quantile(events, 0.5)),
      whole(Math.min(...events)),
      whole(Math.max(...events)),
      quantile(
        values.map((rate) => rate.cost),
        0.5,
      ),
    );
  }
  const median = (values: Rate[], of: keyof Rate): number =>
    quantile(
      values.map((rate) => rate[of]),
      0.5,
    );
  const slower = 1 - median(rates.many, 'events') / median(rates.none, 'events');
  const dearer = median(rates.many, 'cost') / median(rates.none, 'cost') - 1;
  console.log(
    `\n${(slower * 100).toFixed(1)} % slower and ${(dearer * 100).toFixed(1)} % more processor time an event with ${VIEWERS} viewers, who were told ${whole(told / LINES_A_MESSAGE)} messages and asked for ${whole(answers)} answers; ${load()}`,
  );
});
