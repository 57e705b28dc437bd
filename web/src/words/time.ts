/** Times in the zone of whoever looks, and how far they are from now. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A zone and a language, so that tests need not have the machine's. */
export interface Reader {
  zone?: string;
}

/** `21 Nov, 10:05`; with the year where that is not this one. */
export function moment(at: number, now: number, reader: Reader = {}): string {
  const isThisYear = part(at, 'year', reader) === part(now, 'year', reader);
  return format(at, reader, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(isThisYear ? {} : { year: 'numeric' }),
  });
}

/** All of it, with the zone: for titles. */
export function whole(at: number, reader: Reader = {}): string {
  return format(at, reader, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  });
}

/** `21 Nov`; with the year where that is not this one. */
export function day(at: number, now: number, reader: Reader = {}): string {
  const isThisYear = part(at, 'year', reader) === part(now, 'year', reader);
  return format(at, reader, {
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
  });
}

/** `10:05`. */
export function clock(at: number, reader: Reader = {}): string {
  return format(at, reader, { hour: '2-digit', minute: '2-digit' });
}

/** How far from now: `in 3 h`, `20 min ago`, `now`. */
export function away(at: number, now: number): string {
  const span = at - now;
  if (Math.abs(span) < MINUTE) return 'now';
  return span > 0 ? `in ${lasting(span)}` : `${lasting(-span)} ago`;
}

/** How long: `20 min`, `3 h`, `2 d`, in the largest unit of which there are at least two, or one. */
export function lasting(span: number): string {
  if (span < MINUTE) return `${Math.max(0, Math.round(span / 1000))} s`;
  if (span < 2 * HOUR) return `${Math.round(span / MINUTE)} min`;
  if (span < 2 * DAY) return `${Math.round(span / HOUR)} h`;
  return `${count.format(Math.round(span / DAY))} d`;
}

const count = new Intl.NumberFormat('en-GB');
const formats = new Map<string, Intl.DateTimeFormat>();

function format(at: number, reader: Reader, options: Intl.DateTimeFormatOptions): string {
  // Making a format costs a thousand times what using it does.
  const key = JSON.stringify([reader.zone, options]);
  let known = formats.get(key);
  if (known === undefined) {
    known = new Intl.DateTimeFormat('en-GB', {
      ...options,
      ...(reader.zone === undefined ? {} : { timeZone: reader.zone }),
    });
    formats.set(key, known);
  }
  return known.format(at);
}

function part(at: number, unit: 'year', reader: Reader): string {
  return format(at, reader, { [unit]: 'numeric' });
}
