/** What happens is seen without a reload; two people work on cases at a time. */
import { expect, open, test } from './engine';

test('Pulse tells what happens as it happens', async ({ page, live }) => {
  await open(page, live, '/', 'viewer');
  await expect(page.getByText('No customer went through a moment')).toBeVisible();
  await page.evaluate(() => ((globalThis as { wasHere?: boolean }).wasHere = true));
  for (let order = 0; order < 12; order += 1) {
    await live.happens(`buyer-${order}`, 'Payment Failed', { order_id: `o-${order}` });
  }
  const row = page.getByRole('row', { name: /^pay / });
  await expect(row).toContainText('n 12', { timeout: 15_000 });
  await expect(row).toContainText('100');
  expect(await page.evaluate(() => (globalThis as { wasHere?: boolean }).wasHere)).toBe(true);
});

test('two agents: one takes a case, the other sees it taken, and it is resolved', async ({
  browser,
  live,
}) => {
  const mia = await (await browser.newContext()).newPage();
  const tom = await (await browser.newContext()).newPage();
  await open(mia, live, '/inbox', 'mia');
  await open(tom, live, '/inbox', 'tom');

  await live.happens('ada', 'Message Received', { message: 'I am so angry, nobody answers me!' });
  const listed = (page: typeof mia) =>
    page.getByRole('main').getByRole('listitem').filter({ hasText: 'care' }).first();
  await expect(listed(mia)).toBeVisible({ timeout: 15_000 });

  await mia.getByRole('heading', { level: 1 }).click();
  await mia.keyboard.press('j');
  await expect(mia.getByText('I am so angry').first()).toBeVisible();
  await mia.keyboard.press('a');
  await expect(mia.getByText('taken by you')).toBeVisible({ timeout: 15_000 });

  await expect(listed(tom)).toContainText('taken by mia', { timeout: 15_000 });
  await tom.getByRole('heading', { level: 1 }).click();
  await tom.keyboard.press('j');
  await expect(tom.getByText('mia has it; ask before you step in')).toBeVisible();
  await expect(tom.getByRole('button', { name: /Take it/ })).toHaveCount(0);

  await mia.getByRole('heading', { level: 1 }).click();
  await mia.keyboard.press('e');
  const dialog = mia.getByRole('dialog', { name: 'Resolve this case' });
  await dialog.getByLabel('How it ended').fill('called and apologised');
  await dialog.getByLabel('Why').fill('they were right');
  await dialog.getByRole('button', { name: 'Resolve' }).click();
  await expect(dialog).toBeHidden();
  await expect(tom.getByText('called and apologised')).toBeVisible({ timeout: 15_000 });
  await mia.context().close();
  await tom.context().close();
});
