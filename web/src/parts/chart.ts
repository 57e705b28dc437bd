/** What a chart shows, in columns: the same for those who read it as a table and for the file. */
import type { Cell } from './save';

/** Rows of one chart are all told by the same columns. */
export interface Column<Row> {
  /** Its name in the table. */
  head: string;
  /** Its name in the file. */
  name: string;
  /** What the file holds; nothing where nothing is known. */
  value: (row: Row) => Cell;
  /** How the table says it, where that is otherwise. */
  show?: (row: Row) => string;
}

/** A figure and the interval in which it surely is. */
interface Sure {
  value: number;
  low: number;
  high: number;
}

/** The columns of a figure: itself, and both ends of its interval. */
export function sureColumns<Row>(
  of: (row: Row) => Sure | null | undefined,
  says: (value: number) => string,
  { head, name }: { head: string; name: string },
): Column<Row>[] {
  const column = (head: string, name: string, part: keyof Sure, none: string): Column<Row> => ({
    head,
    name,
    value: (row) => of(row)?.[part],
    show: (row) => {
      const figure = of(row);
      return figure ? says(figure[part]) : none;
    },
  });
  return [
    column(head, name, 'value', 'too few'),
    column('Surely from', `${name}_low`, 'low', ''),
    column('to', `${name}_high`, 'high', ''),
  ];
}

/** What a cell of the table says. */
export function said<Row>({ value, show }: Column<Row>, row: Row): string {
  return show?.(row) ?? String(value(row) ?? '');
}

/** Whether a column holds numbers, which stand at its end. */
export function isOfNumbers<Row>({ value }: Column<Row>, rows: readonly Row[]): boolean {
  return rows.some((row) => typeof value(row) === 'number');
}
