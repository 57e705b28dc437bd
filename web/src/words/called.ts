/** How a person is called in a list of many. */
import type { components } from '../../generated/schema';

interface Somebody {
  customer?: string | null;
  known_as?: components['schemas']['KnownAs'] | null;
}

/** Their name, else their strongest identifier, else the id that only opcx knows them by. */
export function called({ customer, known_as }: Somebody): string {
  return known_as?.name ?? known_as?.identifier?.value ?? customer ?? 'somebody who was erased';
}

/** What tells them from others of that name. */
export function toldApart({ known_as }: Somebody): string | undefined {
  const identifier = known_as?.identifier?.value;
  return known_as?.name?.toLowerCase() === identifier?.toLowerCase() || !known_as?.name
    ? undefined
    : identifier;
}
