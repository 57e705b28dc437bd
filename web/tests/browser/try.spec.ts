/** A playbook is edited in the page, tried on what happened, and saved to the folder. */
import { expect, open, test } from './engine';

test('an edit is tried in shadow, and what would have been different is told', async ({ page, past }) => {
  await open(page, past, '/try?file=playbooks%2Fupset.yaml&days=28', 'operator');
  const text = page.getByRole('textbox', { name: 'Text of playbooks/upset.yaml' });
  const before = await text.inputValue();
  await expect(page.getByRole('button', { name: 'Try it' })).toBeDisabled();

  await text.fill(before.replace('customer.open_failures > 1', 'customer.open_failures > 99'));
  await page.getByRole('button', { name: 'Try it' }).click();
  const row = page.getByRole('row', { name: /^upset acted/ });
  await expect(row).toContainText('−', { timeout: 60_000 });

  await text.fill(before.replace('moment write-to-us bad', 'moment write-to-uss bad'));
  await page.getByRole('button', { name: 'Try it' }).click();
  await expect(page.getByRole('list', { name: 'Faults' })).toContainText('write-to-uss', { timeout: 15_000 });

  await page.getByRole('button', { name: 'Undo all' }).click();
  await expect(page.getByRole('button', { name: 'Try it' })).toBeDisabled();
});

test('what was edited is saved to the folder after its difference was seen, and decides', async ({
  page,
  live,
}) => {
  await open(page, live, '/try?file=playbooks%2Fupset.yaml', 'operator');
  const text = page.getByRole('textbox', { name: 'Text of playbooks/upset.yaml' });
  const before = await text.inputValue();
  await text.fill(before.replace('priority: 90', 'priority: 80'));
  await page.getByRole('button', { name: 'Save…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save to the folder' });
  await expect(dialog.getByRole('region', { name: 'What changes in playbooks/upset.yaml' })).toContainText(
    'new: priority: 80',
  );
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved, and it decides from now on.')).toBeVisible();
  expect(live.file('playbooks/upset.yaml')).toContain('priority: 80');
});

test('who may not save is not offered to try', async ({ page, past }) => {
  await open(page, past, '/try', 'agent');
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Try it' })).toHaveCount(0);
});
