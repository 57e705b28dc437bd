/** Everything can be done without a mouse. */
import { expect, open, SOMEBODY, test } from './engine';

test('keys go from page to page, and focus goes to the heading', async ({ page, past }) => {
  await open(page, past, '/');
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  const heading = page.getByRole('heading', { level: 1, name: 'Decisions' });
  await expect(heading).toBeFocused();
  await expect(page).toHaveTitle('Decisions · opcx');
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: 'Pulse' })).toBeFocused();
});

test('all keys are listed, and can be turned off', async ({ page, past }) => {
  await open(page, past, '/');
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Keys' });
  await expect(list).toContainText('go to Inbox');
  await list.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await expect(page).toHaveURL(/\/$/);
});

test('a customer is found by name from the keyboard', async ({ page, past }) => {
  await open(page, past, '/customers');
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('/');
  await page.keyboard.type(SOMEBODY);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: SOMEBODY })).toBeFocused();
});

test('a chart is read point by point, as a table, and saved', async ({ page, past }) => {
  await open(page, past, '/?period=28d');
  const chart = page.getByRole('img', { name: /^Went badly/ });
  await chart.focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
  await expect(page.getByText(/surely .* to .*, n \d+/).first()).toBeVisible();

  const figure = page.getByRole('figure').filter({ hasText: 'Went badly' });
  for (const [way, name] of [
    ['as CSV', 'went-badly.csv'],
    ['as SVG', 'went-badly.svg'],
    ['as PNG', 'went-badly.png'],
  ] as const) {
    await figure.getByText('Save', { exact: true }).click();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      figure.getByRole('button', { name: way }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe(name);
  }
  await figure.getByRole('button', { name: 'Table' }).click();
  await expect(figure.getByRole('table')).toContainText('Surely');
});

test('the theme is chosen, kept, and given back to the system', async ({ page, past }) => {
  await open(page, past, '/');
  const ground = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: /System$/ }).click();
  await page.getByRole('button', { name: /Light$/ }).click();
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.reload();
  await expect(page.getByRole('button', { name: /Dark$/ })).toBeVisible();
  expect(await ground()).toBe(dark);
  await page.getByRole('button', { name: /Dark$/ }).click();
  expect(await ground()).toBe(light);
});
