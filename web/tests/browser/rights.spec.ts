/** Who somebody is can be put right, and what they may ask for is done. */
import { readFileSync } from 'node:fs';
import { expect, open, test } from './engine';

test('two who were merged by mistake are parted again', async ({ page, live }) => {
  await open(page, live, '/customers', 'operator');
  await live.happens('grace', 'Payment Failed', { order_id: 'o-of-grace' });
  await live.happens('heidi', 'Payment Failed', { order_id: 'o-of-heidi' });
  await page.goto(`${live.address}/customers/grace`);
  const identity = page.getByRole('region', { name: 'Identity' });
  await identity.getByRole('button', { name: 'Merge…' }).click();
  const merge = page.getByRole('dialog', { name: 'Merge with another' });
  await merge.getByLabel('The other identifier').fill('user_id:heidi');
  await merge.getByLabel('Why').fill('they said so');
  await merge.getByRole('button', { name: 'Merge' }).click();
  await expect(identity).toContainText('operator said so: they said so');

  await identity.getByRole('button', { name: 'Part user_id:grace and user_id:heidi' }).click();
  const part = page.getByRole('dialog', { name: 'Part these two' });
  await part.getByLabel('Why').fill('it was somebody else');
  await part.getByRole('button', { name: 'Part them' }).click();
  await expect(part).toBeHidden();
  await expect(identity).toContainText('Told to be two people');
  await page.goto(`${live.address}/customers/heidi`);
  await expect(page.getByRole('heading', { level: 1, name: 'heidi' })).toBeVisible();
});

test('somebody gets all that is held about them, and is erased', async ({ page, live }) => {
  await open(page, live, '/customers', 'admin');
  await live.happens('ivan', 'Message Received', { message: 'please forget me' });
  await page.goto(`${live.address}/customers/ivan`);
  const rights = page.getByRole('region', { name: 'Their rights' });
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    rights.getByRole('button', { name: 'Save all of it' }).click(),
  ]);
  const lines = JSON.parse(readFileSync(await saved.path(), 'utf8')) as { what: string }[];
  expect(new Set(lines.map(({ what }) => what))).toContain('event');
  expect(JSON.stringify(lines)).toContain('please forget me');

  await rights.getByRole('button', { name: 'Erase…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Erase this customer' });
  await dialog.getByLabel('Why').fill('asked for');
  await dialog.getByRole('button', { name: 'Erase for good' }).click();
  await expect(page.getByRole('heading', { name: 'This customer is erased' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Nobody is known as ivan' })).toBeVisible();
});
