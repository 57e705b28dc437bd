/** Who may see and do what. */
import { expect, key, open, SOMEBODY, test } from './engine';

test('without a key there is nothing to see, and the address is kept for after', async ({ page, past }) => {
  await page.goto(`${past.address}/customers/${SOMEBODY}`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByRole('navigation')).toHaveCount(0);

  await page.getByLabel('Key').fill('a-key-that-nobody-has');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('Nobody has this key');
  await expect(page.getByLabel('Key')).toBeFocused();

  await page.getByLabel('Key').fill(key('viewer'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: SOMEBODY })).toBeVisible();
});

test('a session outlives a reload, is out of reach of scripts, and ends by signing out', async ({
  page,
  past,
}) => {
  await open(page, past, '/promises');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Promises' })).toBeVisible();
  expect(await page.evaluate(() => document.cookie)).toBe('');
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  expect(kept).not.toContain(key('admin'));

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('whoever is signed out elsewhere is told so, and goes on where they were', async ({
  page,
  context,
  past,
}) => {
  await open(page, past, '/decisions');
  await context.clearCookies();
  // By its address: what is asked meanwhile may have ended the session already.
  await page.evaluate(() => {
    history.pushState(null, '', '/promises');
    dispatchEvent(new PopStateEvent('popstate'));
  });
  await expect(page.getByText('Your session has ended')).toBeVisible();
  await page.getByLabel('Key').fill(key('viewer'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Promises' })).toBeVisible();
});

test('each role sees what it may do, and no more', async ({ browser, past }) => {
  const offered: Record<string, boolean[]> = {};
  for (const who of ['viewer', 'agent', 'operator', 'admin'] as const) {
    const page = await (await browser.newContext()).newPage();
    await open(page, past, '/promises?state=open&period=all', who);
    await expect(page.getByRole('heading', { name: 'One by one' })).toBeVisible();
    const mayRelease = (await page.getByRole('button', { name: /^Release / }).count()) > 0;
    await page.goto(`${past.address}/customers/${SOMEBODY}`);
    await expect(page.getByRole('heading', { name: 'Identity' })).toBeVisible();
    const mayMerge = (await page.getByRole('button', { name: 'Merge…' }).count()) > 0;
    const mayErase = (await page.getByRole('button', { name: 'Erase…' }).count()) > 0;
    offered[who] = [mayRelease, mayMerge, mayErase];
    await page.context().close();
  }
  expect(offered).toEqual({
    viewer: [false, false, false],
    agent: [false, false, false],
    operator: [true, true, false],
    admin: [true, true, true],
  });
});

test('what a page does not offer, the engine refuses too', async ({ page, past }) => {
  await open(page, past, '/', 'viewer');
  const statuses = await page.evaluate(async () => {
    const { csrf } = await (await fetch('/v1/session')).json();
    const post = async (path: string, headers: Record<string, string>) => {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ reason: 'x', who: 'c1' }),
      };
      return (await fetch(path, init)).status;
    };
    return [
      await post('/v1/customers/erase', { 'x-csrf-token': csrf }),
      await post('/v1/customers/erase', {}),
    ];
  });
  expect(statuses).toEqual([403, 403]);
});
