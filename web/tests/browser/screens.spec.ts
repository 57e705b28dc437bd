/** Pages as they look, pixel by pixel, in light and dark. What must hold on every machine is in `every-page.spec.ts`. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, open, SOMEBODY, test } from './engine';

const SCREENS = 'tests/browser/screens';
/** On what machine the pictures were taken: those of another one differ in every letter. */
const TAKEN_ON = join(SCREENS, 'taken-on.json');

/** Pages of which a picture is kept, with what tells that they are there. */
const PAGES: readonly (readonly [name: string, path: string, tells: string])[] = [
  ['pulse', '/?period=28d', 'Newest decisions'],
  ['journeys', '/journeys?period=28d', 'first-cups'],
  ['customer', `/customers/${SOMEBODY}`, 'was broken'],
  ['moment', '/moments/write-to-us?period=28d', 'Who went through it'],
  ['promises', '/promises?period=all', 'delivered-by'],
  ['playbooks', '/playbooks?period=28d', 'second-order'],
];
/** Pixels that may differ: the edges of a few letters, not a word, a line or a colour. */
const DIFFER_MAX = 100;

interface Machine {
  browser: string;
  /** How it draws letters, by the pixels of some. */
  letters: string;
}

async function machine(page: Page, browser: string): Promise<Machine> {
  const pixels = await page.evaluate(() => {
    const canvas = new OffscreenCanvas(400, 60);
    const pen = canvas.getContext('2d');
    if (pen === null) return [];
    const { fontFamily } = getComputedStyle(document.body);
    pen.font = `15px ${fontFamily}`;
    pen.fillText('Surely between −0.30 and 42 %, n 1,204', 4, 20);
    pen.font = '600 18px ' + fontFamily;
    pen.fillText('Whose trust fell furthest', 4, 50);
    return [...pen.getImageData(0, 0, 400, 60).data];
  });
  const letters = createHash('sha256').update(Uint8Array.from(pixels)).digest('hex').slice(0, 16);
  return { browser, letters };
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`pages look as they did, in ${colorScheme}`, async ({ browser, past }, info) => {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width: 860, height: 600 },
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    // The log tells of a past. How far away that is must not show.
    await page.clock.setFixedTime('2027-01-01T12:00:00Z');
    await open(page, past, '/');
    const here = await machine(page, browser.version());
    if (info.config.updateSnapshots === 'all') {
      mkdirSync(SCREENS, { recursive: true });
      writeFileSync(TAKEN_ON, `${JSON.stringify(here, null, 2)}\n`);
    }
    const there = existsSync(TAKEN_ON) ? (JSON.parse(readFileSync(TAKEN_ON, 'utf8')) as Machine) : undefined;
    const isSame = there?.browser === here.browser && there.letters === here.letters;
    if (!isSame) {
      const why = `pictures were taken with Chromium ${there?.browser} and letters ${there?.letters}; here are ${here.browser} and ${here.letters}`;
      console.log(`SKIPPED: ${why}; CONTRIBUTING.md says how to renew them`);
      test.skip(true, why);
    }
    for (const [name, path, tells] of PAGES) {
      await test.step(path, async () => {
        await page.goto(past.address + path);
        await expect(page.getByRole('main')).toContainText(tells);
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
        await expect(page).toHaveScreenshot(`${name}-${colorScheme}.png`, {
          animations: 'disabled',
          maxDiffPixels: DIFFER_MAX,
          threshold: 0.1,
        });
      });
    }
    await context.close();
  });
}
