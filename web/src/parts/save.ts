/** Saving what is shown: tables as CSV, charts as SVG or PNG. */

export type Cell = string | number | null | undefined;

/** RFC 4180, with a first line of names. */
export function csv(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [names, ...rows].map((row) => row.map(quoted).join(',')).join('\r\n') + '\r\n';
}

export function saveCsv(name: string, names: readonly string[], rows: readonly (readonly Cell[])[]): void {
  save(`${name}.csv`, new Blob([csv(names, rows)], { type: 'text/csv;charset=utf-8' }));
}

/** A chart as a file of its own. Above it stand the lines of `heading`, without which nobody knows what it showed. */
export function saveSvg(name: string, chart: SVGSVGElement, heading: readonly string[]): void {
  save(`${name}.svg`, svg(alone(chart, heading)));
}

export async function savePng(name: string, chart: SVGSVGElement, heading: readonly string[]): Promise<void> {
  const drawn = alone(chart, heading);
  const address = URL.createObjectURL(svg(drawn));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Number(drawn.getAttribute('width')) * FINER;
    canvas.height = Number(drawn.getAttribute('height')) * FINER;
    const pen = canvas.getContext('2d');
    if (pen === null) return;
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (png !== null) save(`${name}.png`, png);
  } finally {
    URL.revokeObjectURL(address);
  }
}

export function save(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** How much finer a saved picture is than a common screen, for print and slides. */
const FINER = 2;
/** What a chart takes from the page's style sheets. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'font-size',
  'font-weight',
  'font-family',
  'text-anchor',
];
/** Pixels around a saved chart, and from one line above it to the next. */
const MARGIN = 12;
const LINE = 18;
/** Least width of a saved chart, so that what stands above it fits. */
const WIDTH_MIN = 360;
const SVG = 'http://www.w3.org/2000/svg';

/** The chart as a picture of its own, with its ground, its styles and its heading in it. */
function alone(chart: SVGSVGElement, heading: readonly string[]): SVGSVGElement {
  const { width, height } = chart.getBoundingClientRect();
  const top = MARGIN + heading.length * LINE;
  const picture = element('svg', {
    width: Math.ceil(Math.max(width, WIDTH_MIN)) + 2 * MARGIN,
    height: Math.ceil(height) + top + MARGIN,
  });
  const root = getComputedStyle(document.documentElement);
  picture.append(element('rect', { width: '100%', height: '100%', fill: root.backgroundColor }));
  heading.forEach((line, index) => {
    const text = element('text', {
      x: MARGIN,
      y: MARGIN + LINE * (index + 0.6),
      fill: root.color,
      'font-family': root.fontFamily,
      'font-size': index === 0 ? 14 : 11.5,
    });
    text.textContent = line;
    picture.append(text);
  });
  const copy = chart.cloneNode(true) as SVGSVGElement;
  for (const [name, value] of Object.entries({ x: MARGIN, y: top, width, height }))
    copy.setAttribute(name, String(value));
  const originals = chart.querySelectorAll('*');
  copy.querySelectorAll('*').forEach((element, index) => {
    const original = originals[index];
    if (original === undefined) return;
    const style = getComputedStyle(original);
    for (const name of STYLES) element.setAttribute(name, style.getPropertyValue(name));
    element.removeAttribute('class');
  });
  picture.append(copy);
  return picture;
}

function element<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | number>,
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  return made;
}

function svg(picture: SVGSVGElement): Blob {
  return new Blob([new XMLSerializer().serializeToString(picture)], { type: 'image/svg+xml' });
}

/** A cell that a spreadsheet would take for a formula is made a text. */
function quoted(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
