/** What holds of every page: it can be read by everybody, in light and dark, wide and narrow. */
import type { Page } from '@playwright/test';
import { violations } from './axe';
import { expect, open, SOMEBODY, test } from './engine';

/** Every page by its address, with its heading and something that only its data can tell. */
const PAGES: readonly (readonly [path: string, heading: string, tells: string])[] = [
  ['/', 'Pulse', 'at-the-door'],
  ['/?period=28d&by=channel', 'Pulse', 'By channel'],
  ['/customers', 'Customers', SOMEBODY],
  [`/customers/${SOMEBODY}`, SOMEBODY, 'was broken'],
  ['/customers/nobody', 'Nobody is known as nobody', 'Search again'],
  ['/promises?period=all', 'Promises', 'delivered-by'],
  ['/decisions', 'Decisions', 'late-parcel'],
  ['/decisions?playbook=upset&verdict=refused', 'Decisions', 'upset'],
  ['/journeys?period=28d', 'Journeys', 'first-cups'],
  ['/journeys?period=24h&compare=before&by=channel&value=app', 'Journeys', 'surely'],
  ['/journeys?period=28d&by=channel&value=app&compare=other&against=web', 'Journeys', 'Dashed: web'],
  ['/customers?find=lang', 'Customers', SOMEBODY],
  ['/playbooks?period=28d', 'Playbooks', 'second-order'],
  ['/try?file=playbooks%2Fupset.yaml', 'Try it', 'Nothing is edited yet'],
  ['/ingest', 'Ingest', 'Not understood'],
  ['/inbox', 'Inbox', 'Nobody waits for a human'],
  ['/moments/at-the-door?period=28d', 'at-the-door', 'Swift Parcel'],
  ['/moments/at-the-door?went=bad&said=yes&by=channel&value=web', 'at-the-door', 'Who went through it'],
  ['/nowhere', 'There is no such page', 'Go to Pulse'],
];

/** Goes to a page without loading the program anew. */
async function go(page: Page, [path, heading, tells]: (typeof PAGES)[number]): Promise<void> {
  await page.evaluate((path) => {
    history.pushState(null, '', path);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await expect(page.getByRole('heading', { level: 1, name: heading, exact: true })).toBeVisible();
  await expect(page.getByRole('main')).toContainText(tells);
}

/** Where everything stands that a reader sees as a block. */
function layout(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('h1, h2, section, table, nav, li > a')].map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return `${element.tagName} ${[x, y + scrollY, width, height].map(Math.round).join(' ')}`;
    }),
  );
}

const MODES = [
  ['light', 'light', 1360],
  ['dark', 'dark', 1360],
  ['narrow', 'light', 320],
] as const;

test('every page can be read by everybody, in light and dark, wide and narrow', async ({ browser, past }) => {
  test.setTimeout(240_000);
  const tabs = await Promise.all(
    MODES.map(async ([mode, colorScheme, width]) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
      const tab = await context.newPage();
      const wrong: string[] = [];
      tab.on('pageerror', (error) => wrong.push(error.message));
      tab.on('console', (message) => {
        // Asking for somebody who is not known is answered with 404, which browsers note.
        if (message.type() === 'error' && !message.text().includes('404')) wrong.push(message.text());
      });
      await open(tab, past, '/');
      return { mode, tab, wrong };
    }),
  );
  for (const page of PAGES) {
    await test.step(page[0], async () => {
      const layouts: Record<string, string[]> = {};
      const grounds: Record<string, string> = {};
      for (const { mode, tab, wrong } of tabs) {
        await go(tab, page);
        expect(await violations(tab), `${mode}: what axe finds`).toEqual([]);
        expect(wrong, `${mode}: what the browser reports`).toEqual([]);
        const overhang = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overhang, `${mode}: wider than the window`).toBeLessThanOrEqual(0);
        layouts[mode] = await layout(tab);
        grounds[mode] = await tab.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      }
      // Pixels differ from machine to machine with its fonts; what must not differ is where things stand.
      expect(layouts['dark'], 'light and dark differ in colours alone').toEqual(layouts['light']);
      expect(grounds['dark'], 'dark is another colour than light').not.toBe(grounds['light']);
    });
  }
  await Promise.all(tabs.map(({ tab }) => tab.context().close()));
});
