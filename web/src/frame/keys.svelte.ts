/** Keys: one list, from which they work and are shown. */
import { untrack } from 'svelte';
import { keep, kept } from './theme.svelte';

export interface Shortcut {
  /** What is pressed, one after the other: `g p`, `/`. */
  keys: string;
  /** What that does, as a person reads it. */
  does: string;
  act: () => void;
}

const KEY = 'opcx-keys';
const SECOND_WITHIN = 1_200;

class Keys {
  /** Single keys can be turned off: they get in the way of speech input (WCAG 2.1.4). */
  areOn = $state(kept(KEY) !== 'off');
  shortcuts = $state.raw<Shortcut[]>([]);
  isListOpen = $state(false);
  #first: { key: string; at: number } | undefined;

  turn(): void {
    this.areOn = !this.areOn;
    keep(KEY, this.areOn ? undefined : 'off');
  }

  /** Adds shortcuts as long as a part of the page is there. To be called while it is set up. */
  add(shortcuts: Shortcut[]): void {
    $effect(() => {
      untrack(() => (this.shortcuts = [...this.shortcuts, ...shortcuts]));
      return () => {
        this.shortcuts = this.shortcuts.filter((known) => !shortcuts.includes(known));
      };
    });
  }

  heard = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    if (isTyping(event.target)) return;
    if (!this.areOn || document.querySelector('dialog[open]') !== null) return;
    const first =
      this.#first !== undefined && Date.now() - this.#first.at < SECOND_WITHIN ? this.#first.key : '';
    const both = first === '' ? event.key : `${first} ${event.key}`;
    this.#first = undefined;
    const found = this.shortcuts.find((known) => known.keys === both) ?? this.#single(event.key);
    if (found !== undefined) {
      event.preventDefault();
      found.act();
    } else if (this.shortcuts.some((known) => known.keys.startsWith(`${event.key} `))) {
      this.#first = { key: event.key, at: Date.now() };
    }
  };

  #single(key: string): Shortcut | undefined {
    return this.shortcuts.find((known) => known.keys === key);
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName);
}

export const keys = new Keys();
