/** Every page: where it is, what it is called, and which key goes there. A new page is a folder and a line. */
import type { Component } from 'svelte';
import type { Role } from '../api/session.svelte';

/** A page; `rest` is what follows its first part in the address, which some have no use for. */
export type Page = Component<any>;

export interface PageEntry {
  /** The first part of the address; empty for the home page. */
  at: string;
  /** What it is called among the ways to pages; a page without a name is reached from others. */
  name?: string;
  /** Pressed after `g`. */
  key?: string;
  /** Who may see it. */
  role: Role;
  load: () => Promise<{ default: Page }>;
}

export const PAGES: readonly PageEntry[] = [
  { at: '', name: 'Pulse', key: 'p', role: 'viewer', load: () => import('./pulse/Pulse.svelte') },
  {
    at: 'journeys',
    name: 'Journeys',
    key: 'j',
    role: 'viewer',
    load: () => import('./journeys/Journeys.svelte'),
  },
  {
    at: 'customers',
    name: 'Customers',
    key: 'c',
    role: 'viewer',
    load: () => import('./customers/Customers.svelte'),
  },
  {
    at: 'promises',
    name: 'Promises',
    key: 'o',
    role: 'viewer',
    load: () => import('./promises/Promises.svelte'),
  },
  {
    at: 'decisions',
    name: 'Decisions',
    key: 'd',
    role: 'viewer',
    load: () => import('./decisions/Decisions.svelte'),
  },
  {
    at: 'playbooks',
    name: 'Playbooks',
    key: 'b',
    role: 'viewer',
    load: () => import('./playbooks/Playbooks.svelte'),
  },
  { at: 'try', name: 'Try it', key: 't', role: 'operator', load: () => import('./try/Try.svelte') },
  { at: 'inbox', name: 'Inbox', key: 'i', role: 'viewer', load: () => import('./inbox/Inbox.svelte') },
  {
    at: 'ingest',
    name: 'Ingest',
    key: 'n',
    role: 'viewer',
    load: () => import('./ingest/Ingest.svelte'),
  },
  { at: 'moments', role: 'viewer', load: () => import('./moments/Moment.svelte') },
];
