/** Every page: where it is, what it is called, and which key goes there. A new page is a folder and a line. */
import type { Component } from 'svelte';
import type { Role } from '../api/session.svelte';

/** A page; `rest` is what follows its first part in the address. */
export type Page = Component<{ rest: string[] }> | Component<Record<string, never>>;

export interface PageEntry {
  /** The first part of the address; empty for the home page. */
  at: string;
  name: string;
  /** Pressed after `g`. */
  key: string;
  /** Who may see it. */
  role: Role;
  load: () => Promise<{ default: Page }>;
}

export const PAGES: readonly PageEntry[] = [
  { at: '', name: 'Pulse', key: 'p', role: 'viewer', load: () => import('./pulse/Pulse.svelte') },
];
