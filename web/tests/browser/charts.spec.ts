/** Whatever is drawn can be read as a table, and saved as CSV, SVG and PNG. */
import { readFileSync } from 'node:fs';
import type { Download, Locator, Page } from '@playwright/test';
import { expect, open, SOMEBODY, test } from './engine';

/** Every page that draws something, with how many charts there are at least, and what is to be pressed first. */
const PAGES: readonly (readonly [path: string, charts: number, press?: string])[] = [
  ['/?period=28d', 6, 'Charts'],
  ['/journeys?period=28d', 2],
  ['/journeys?period=28d&by=channel&value=app&compare=other&against=web', 1],
  ['/moments/at-the-door?period=28d', 1],
  ['/moments/write-to-us?period=28d', 2],
  ['/playbooks?period=28d', 3],
  [`/customers/${SOMEBODY}`, 1],
];

async function saved(page: Page, figure: Locator, way: string): Promise<Download> {
  await figure.getByText('Save', { exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    figure.getByRole('button', { name: way }).click(),
  ]);
  return download;
}

async function content(download: Download): Promise<Buffer> {
  return readFileSync(await download.path());
}

/** The cells of a file none of whose cells needs quotes. */
function cells(csv: Buffer): string[][] {
  const lines = csv.toString('utf8').trimEnd().split('\r\n');
  return lines.map((line) => line.split(','));
}

/** What a browser makes of a saved drawing. */
function drawn(page: Page, svg: string) {
  return page.evaluate((svg) => {
    const read = new DOMParser().parseFromString(svg, 'image/svg+xml');
    const fills = [...read.querySelectorAll('svg svg :is(path, rect, circle, line)')].map(
      (shape) => `${shape.getAttribute('fill')} ${shape.getAttribute('stroke')}`,
    );
    return {
      wrong: read.querySelector('parsererror')?.textContent,
      heading: read.querySelector('text')?.textContent,
      width: Number(read.documentElement.getAttribute('width')),
      height: Number(read.documentElement.getAttribute('height')),
      shapes: fills.length,
      colours: new Set(fills).size,
    };
  }, svg);
}

/** How large a saved picture is, and how many colours it has. */
function painted(page: Page, png: Buffer) {
  return page.evaluate(
    async (bytes) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const pen = canvas.getContext('2d');
      pen?.drawImage(picture, 0, 0);
      const pixels = new Uint32Array(
        pen?.getImageData(0, 0, picture.width, picture.height).data.buffer ?? new ArrayBuffer(0),
      );
      return { width: picture.width, height: picture.height, colours: new Set(pixels).size };
    },
    [...png],
  );
}

async function tellsAll(page: Page, figure: Locator): Promise<void> {
  // What was saved is looked at elsewhere: the pages' own policy lets nobody read markup.
  const lab = await page.context().newPage();
  const name = (await figure.getAttribute('aria-label')) ?? '';
  await test.step(name, async () => {
    const rows = cells(await content(await saved(page, figure, 'as CSV')));
    const [names = [], ...lines] = rows;
    expect(names.length, 'columns').toBeGreaterThan(1);
    expect(lines.length, 'rows').toBeGreaterThan(0);
    expect(new Set(rows.map((row) => row.length)), 'as many cells in each row').toEqual(
      new Set([names.length]),
    );
    const figures = lines.flat().filter((cell) => cell !== '' && Number.isFinite(Number(cell)));
    expect(figures.length, 'numbers').toBeGreaterThan(0);

    const svg = await saved(page, figure, 'as SVG');
    const drawing = await drawn(lab, (await content(svg)).toString('utf8'));
    expect(drawing.wrong).toBeUndefined();
    expect(drawing.heading).toBe(name);
    expect(drawing.shapes, 'shapes').toBeGreaterThan(1);
    expect(drawing.colours, 'colours of shapes').toBeGreaterThan(1);

    const png = await saved(page, figure, 'as PNG');
    const picture = await painted(lab, await content(png));
    expect([picture.width, picture.height]).toEqual([drawing.width * 2, drawing.height * 2]);
    expect(picture.colours, 'colours of the picture').toBeGreaterThan(3);
    expect(png.suggestedFilename()).toBe(svg.suggestedFilename().replace('.svg', '.png'));

    await figure.getByRole('button', { name: 'as a table' }).click();
    const table = figure.getByRole('table');
    await expect(table.getByRole('columnheader')).toHaveCount(names.length);
    await expect(table.locator('tbody tr')).toHaveCount(lines.length);
    await expect(figure.getByRole('img')).toHaveCount(0);
    const again = cells(await content(await saved(page, figure, 'as CSV')));
    expect(again, 'the same from the table').toEqual(rows);
    await figure.getByRole('button', { name: 'as a table' }).click();
    await expect(figure.getByRole('img')).toBeVisible();
  });
  await lab.close();
}

for (const [path, least, press] of PAGES) {
  test(`every chart of ${path} is a table and three kinds of files as well`, async ({ page, past }) => {
    await open(page, past, path, 'viewer');
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
    if (press !== undefined) await page.getByRole('button', { name: press }).click();
    await expect(page.getByRole('figure').nth(least - 1)).toBeVisible();
    for (const figure of await page.getByRole('figure').all()) await tellsAll(page, figure);
    // Nothing that is drawn to be looked at stands outside of a chart; marks of a word's size do.
    const outside = page.locator('main svg[role="img"]:not(figure svg):not([width="12"])');
    await expect(outside).toHaveCount(0);
  });
}

test('what can be saved is offered within the window, however narrow that is', async ({ browser, past }) => {
  const context = await browser.newContext({ viewport: { width: 320, height: 900 } });
  const page = await context.newPage();
  await open(page, past, '/journeys?period=28d', 'viewer');
  await expect(page.getByRole('figure').first()).toBeVisible();
  for (const menu of await page.locator('main details').all()) {
    await menu.getByText('Save', { exact: true }).click();
    const ways = await menu.getByRole('list').boundingBox();
    expect(ways?.x, 'begins within the window').toBeGreaterThanOrEqual(0);
    expect((ways?.x ?? 0) + (ways?.width ?? 0), 'ends within the window').toBeLessThanOrEqual(320);
    await page.keyboard.press('Escape');
  }
  await context.close();
});

test('every chart of what comes in is a table and three kinds of files as well', async ({ page, live }) => {
  await open(page, live, '/ingest', 'viewer');
  await live.happens('somebody', 'Payment Failed', { order_id: 'o-1' });
  await page.reload();
  const figure = page.getByRole('figure', { name: /^Events from .* minute by minute$/ });
  await expect(figure).toHaveCount(1);
  await tellsAll(page, figure);
});
