/** So many who look at Pulse: each reads whatever is told live, and asks anew as the page does. Tells at its end how much. */
const [count = '0', ...asked] = process.argv.slice(2);
const address = process.env['OPCX_ADDRESS'];
const headers = { authorization: `Bearer ${process.env['OPCX_VIEWER_KEY']}` };
/** Least time between two askings of a page for the same. */
const PAUSE_MILLIS = 1_000;

const heard = { lines: 0, answers: 0 };

async function askAnew() {
  for (const path of asked) {
    await (await fetch(address + path, { headers })).arrayBuffer();
    heard.answers += 1;
  }
}

async function look() {
  const answered = await fetch(`${address}/v1/live`, { headers });
  if (!answered.ok || answered.body === null) throw new Error(`refused: ${answered.status}`);
  let [last, isAsking] = [0, false];
  for await (const piece of answered.body) {
    for (const byte of piece) if (byte === 10) heard.lines += 1;
    if (isAsking || performance.now() - last < PAUSE_MILLIS) continue;
    [last, isAsking] = [performance.now(), true];
    void askAnew().finally(() => (isAsking = false));
  }
}

process.once('SIGTERM', () => {
  process.stdout.write(JSON.stringify(heard), () => process.exit(0));
});
for (let viewer = 0; viewer < Number(count); viewer += 1) void look();
