/** What happens is seen without a reload; two people work on cases at a time. */
import { violations } from './axe';
import { expect, open, test } from './engine';

test('Pulse tells what happens as it happens', async ({ page, live }) => {
  await open(page, live, '/', 'viewer');
  await expect(page.getByText('Nothing has come in yet')).toBeVisible();
  await expect(page.getByText('Too few moments in this time').first()).toBeVisible();
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
  await expect(listed(mia), 'people are called by what others know them by').toContainText(/ada · care/);

  await mia.getByRole('heading', { level: 1 }).click();
  await mia.keyboard.press('j');
  await expect(mia.getByText('I am so angry').first()).toBeVisible();
  // The list quotes it as well: the case itself is there once it can be taken.
  await expect(mia.getByRole('button', { name: /Take it/ })).toBeVisible();
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

test('the words that carried a reading are marked when somebody asks, and told in a sentence', async ({
  page,
  live,
}) => {
  await open(page, live, '/', 'viewer');
  await live.happens('wendy', 'Message Received', {
    message: 'I am so ANGRY!!! Nobody answers me',
  });
  await live.happens('wendy', 'Order Completed', { order_id: 'o-of-wendy', order_value: 20 });
  await page.goto(`${live.address}/customers/wendy`);
  const told = page.getByRole('region', { name: 'What happened' });
  const quote = told.getByRole('blockquote').filter({ hasText: 'Nobody answers me' });
  await expect(quote).toContainText('anger', { timeout: 15_000 });
  await expect(quote.locator('mark')).toHaveCount(0);
  await expect(told.getByRole('button', { name: 'Which words?' })).toHaveCount(1);

  const which = quote.getByRole('button', { name: 'Which words?' });
  await which.focus();
  await page.keyboard.press('Enter');
  await expect(quote).toContainText(/For anger: “ANGRY” strongly/);
  const angry = quote.locator('mark', { hasText: 'ANGRY!!!' });
  await expect(angry).toBeVisible();
  // Not by colour alone: the weightier word is underlined more thickly.
  expect(
    await angry.evaluate((mark) => Number.parseFloat(getComputedStyle(mark).borderBlockEndWidth)),
  ).toBeGreaterThan(2);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violations(page), `what axe finds in ${colorScheme}`).toEqual([]);
  }
  await quote.getByRole('button', { name: 'negative' }).click();
  await expect(quote).toContainText('For negative:');
  await quote.getByRole('button', { name: 'Hide the words' }).click();
  await expect(quote.locator('mark')).toHaveCount(0);
});
