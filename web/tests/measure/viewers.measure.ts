/** What 200 browsers that look live cost the engine. */
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

const write = process.env['OPCX_WRITE_KEY'] ?? '';
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

/** Takes in and decides for some seconds; events that were decided on a second. */
async function rate(): Promise<number> {
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
  return ((await events()) - before) / ((performance.now() - began) / 1_000);
}

async function events(): Promise<number> {
  return ((await ask('/v1/ingest')) as { events: number }).events;
}

/** Somebody who looks, and reads whatever is told. */
async function look(stop: AbortSignal, heard: { lines: number }): Promise<void> {
  const answered = await fetch(`${address}/v1/live`, {
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream' },
    signal: stop,
  });
  if (!answered.ok || answered.body === null) throw new Error(`refused: ${answered.status}`);
  try {
    const reader = answered.body.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      for (const byte of piece.value) if (byte === 10) heard.lines += 1;
    }
  } catch {
    // Told to stop.
  }
}

test('viewers', async () => {
  if (write === '') throw new Error('OPCX_WRITE_KEY is not set');
  await rate();
  const rates: Record<'none' | 'many', number[]> = { none: [], many: [] };
  let told = 0;
  for (let turn = 0; turn < TURNS; turn += 1) {
    rates.none.push(await rate());
    const stop = new AbortController();
    const heard = { lines: 0 };
    const looking = Array.from({ length: VIEWERS }, () => look(stop.signal, heard));
    rates.many.push(await rate());
    stop.abort();
    await Promise.all(looking);
    told += heard.lines;
  }
  console.log(`\n${load()}; ${TURNS} turns of ${SECONDS} s each way, one after the other\n`);
  row('viewers', 'events decided on a second, median', 'least', 'most');
  row('---', '---', '---', '---');
  const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');
  for (const [viewers, values] of [
    ['0', rates.none],
    [String(VIEWERS), rates.many],
  ] as const)
    row(viewers, whole(quantile(values, 0.5)), whole(Math.min(...values)), whole(Math.max(...values)));
  const slower = 1 - quantile(rates.many, 0.5) / quantile(rates.none, 0.5);
  console.log(
    `\n${(slower * 100).toFixed(1)} % slower with ${VIEWERS} viewers, who were told ${whole(told / LINES_A_MESSAGE)} messages; ${load()}`,
  );
});
