/** From the map to those who went through it. */
import { expect, open, test } from './engine';

test('a moment on the map leads to who went through it, what they said, and its line in the folder', async ({
  page,
  past,
}) => {
  await open(page, past, '/journeys?period=28d', 'viewer');
  await page.getByRole('link', { name: 'at-the-door', exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'at-the-door' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'How it is recognised' })).toContainText(
    /order\.yaml says from line \d+/,
  );

  const who = page.getByRole('region', { name: 'Who went through it' });
  await expect(who.getByRole('listitem')).toHaveCount(20);
  await who.getByRole('button', { name: 'Show more' }).click();
  await expect(who.getByRole('listitem')).toHaveCount(40);
  await who.getByLabel('Went').selectOption('badly');
  await expect(page).toHaveURL(/went=bad/);
  await expect(who.getByRole('img', { name: 'bad' }).first()).toBeVisible();
  await expect(who.getByRole('img', { name: 'good' })).toHaveCount(0);

  await page.getByRole('region', { name: /^By / }).getByRole('link').first().click();
  await expect(who.getByRole('button', { name: /^Show all, not only/ })).toBeVisible();
  await who.getByRole('listitem').getByRole('link').first().click();
  await expect(page.getByRole('region', { name: 'What happened' })).toContainText('at-the-door');
});

test('two values of a dimension are shown side by side', async ({ page, past }) => {
  await open(page, past, '/journeys?period=28d', 'viewer');
  await page.getByLabel('Whom').selectOption('by channel');
  await page.getByLabel(/^\s*channel/).selectOption('web');
  await page.getByLabel('Compare with').selectOption('another channel');
  await page.getByLabel('namely').selectOption('app');
  await expect(page.getByRole('main')).toContainText('Solid: web. Dashed: app.');
  const map = page.getByRole('region', { name: /^Map of/ }).first();
  await expect(map).toContainText(/app\s+[\d,]+/);
});
