// Sends one of every call and some more with Segment's SDK, and fails if it says that any was lost.
//
// Usage: node send.mjs HOST WRITE_KEY plain
import { Analytics } from '@segment/analytics-node';

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ host, writeKey, flushAt: 5, flushInterval: 50, maxRetries: 10 });
const failures = [];
analytics.on('error', (error) => failures.push(error));

const userId = 'u-1';
analytics.identify({ userId, traits: { email: 'ada@example.org' } });
analytics.page({ userId, category: 'Docs', name: 'Home' });
analytics.screen({ userId, category: 'Main', name: 'Start' });
analytics.group({ userId, groupId: 'g-1', traits: { name: 'Acme' } });
analytics.alias({ userId, previousId: 'a-1' });
for (let n = 0; n < 20; n += 1) {
  analytics.track({ userId, event: 'Counted', properties: { n, comment: 'Grüße 🙂' } });
}
await analytics.closeAndFlush({ timeout: 30_000 });
for (const failure of failures) console.log(failure);
process.exit(failures.length > 0 ? 1 : 0);
