/** Rows that follow the first page of a list, asked for by the reader. */
import { untrack } from 'svelte';
import { Problem } from '../api/ask';

interface Paged<R> {
  rows: R[];
  next?: string | null;
}

export class Rows<R> {
  #more = $state.raw<R[]>([]);
  #next = $state<string | null>();
  isAsking = $state(false);
  problem = $state<string>();

  /** All rows: the first page as it is now, then what was asked for, each row once. */
  all(first: Paged<R>, key: (row: R) => string): R[] {
    const known = new Set(first.rows.map(key));
    return [...first.rows, ...this.#more.filter((row) => !known.has(key(row)))];
  }

  /** Where the rows go on, if they do. */
  next(first: Paged<R>): string | null {
    return (this.#next === undefined ? first.next : this.#next) ?? null;
  }

  async ask(after: string, how: (after: string) => Promise<Paged<R>>): Promise<void> {
    this.isAsking = true;
    try {
      const page = await how(after);
      this.#more = [...this.#more, ...page.rows];
      this.#next = page.next ?? null;
      this.problem = undefined;
    } catch (error) {
      this.problem = error instanceof Problem ? error.message : String(error);
    }
    this.isAsking = false;
  }

  /** Other rows are looked at. */
  forget(): void {
    untrack(() => {
      this.#more = [];
      this.#next = undefined;
    });
  }
}
