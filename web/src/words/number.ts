/** Figures as people read them: never without how many were observed and how sure it is. */

const whole = new Intl.NumberFormat('en-GB');

/** The narrow space between a number and its unit. */
const THIN = '\u202f';

export function count(value: number): string {
  return whole.format(value);
}

/** A share from 0 to 1: `38 %`; small ones keep a decimal, so that few is never shown as none. */
export function percent(share: number): string {
  return `${bare(share)}${THIN}%`;
}

/** Both ends of a share's interval: `35–41 %`. */
export function percents(low: number, high: number): string {
  return `${bare(low)}–${bare(high)}${THIN}%`;
}

/** A valence from -1 to 1, with its sign: `+0.12`, `−0.4`. */
export function signed(value: number, decimals = 2): string {
  const text = Math.abs(value).toFixed(decimals);
  if (Number(text) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

/** A level in permille, as people say it: a whole number from 0 to 1,000. */
export function level(permille: number): string {
  return whole.format(Math.round(permille));
}

/** Bytes, events a second and the like: `1.2 k`, `3.4 M`. */
export function short(value: number): string {
  for (const [size, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ] as const) {
    if (Math.abs(value) >= size) {
      const shown = value / (unit === 'k' ? 1e3 : size);
      return `${shown.toFixed(shown < 100 ? 1 : 0)}${THIN}${unit}`;
    }
  }
  return whole.format(value);
}

/** `1 promise`, `2 promises`. */
export function many(value: number, one: string, more = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : more}`;
}

function bare(share: number): string {
  const percent = share * 100;
  const isSmall = percent > 0 && percent < 0.95;
  return isSmall ? percent.toFixed(1) : Math.round(percent).toString();
}
