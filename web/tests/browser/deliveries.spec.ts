/** What goes out is watched over: an endpoint is enabled again, and what was given up is sent again. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Engine, expect, open, test } from './engine';

const TELL = 'playbook: tell-crm\nwhen: event Payment Failed\ndo:\n  - webhook: crm\n';

test('an endpoint that wanted no more is enabled, and gets what was given up', async ({ page }) => {
  let wantsMore = false;
  const ids: unknown[] = [];
  const receiver = createServer((request, response) => {
    ids.push(request.headers['webhook-id']);
    request.resume().on('end', () => response.writeHead(wantsMore ? 204 : 410).end());
  });
  await new Promise<void>((listens) => receiver.listen(0, '127.0.0.1', listens));
  const { port } = receiver.address() as AddressInfo;
  const crm = [
    '[webhooks]',
    'allow_private = ["127.0.0.0/8"]',
    '[channels.crm]',
    'kind = "webhook"',
    `url = "http://127.0.0.1:${port}/hook"`,
    'secrets = ["OPCX_CRM_SECRET"]',
  ];
  const more = { 'opcx.toml': `\n${crm.join('\n')}\n`, 'playbooks/tell-crm.yaml': TELL };
  const engine = await Engine.start('empty', more);
  try {
    await open(page, engine, '/ingest', 'operator');
    const out = page.getByRole('region', { name: 'What goes out' });
    const nothing = out.getByText('Everything that was decided on has gone out.');
    await expect(nothing).toBeVisible();

    await engine.happens('judy', 'Payment Failed', { order_id: 'o-of-judy' });
    const letter = out.getByRole('listitem').filter({ hasText: 'playbook.tell-crm' });
    await expect(letter).toContainText('to crm, about judy');
    await expect(letter).toContainText('410');
    await expect(out.getByRole('row', { name: /^crm disabled/ })).toBeVisible();

    wantsMore = true;
    await out.getByRole('button', { name: 'Enable crm' }).click();
    const enabling = page.getByRole('dialog', { name: 'Enable this endpoint' });
    await enabling.getByLabel('Why').fill('the receiver is back');
    await enabling.getByRole('button', { name: 'Enable' }).click();
    await expect(out.getByRole('table')).toBeHidden();

    await letter.getByRole('button', { name: /^Send again: playbook.tell-crm to crm, msg_/ }).click();
    const sending = page.getByRole('dialog', { name: 'Send this again' });
    await sending.getByLabel('Why').fill('it was given up while the receiver was away');
    await sending.getByRole('button', { name: 'Send again' }).click();
    await expect(nothing).toBeVisible();
    expect(ids).toHaveLength(2);
    expect(ids[1], 'under the id that it had').toBe(ids[0]);
  } finally {
    await engine.stop();
    receiver.close();
  }
});
