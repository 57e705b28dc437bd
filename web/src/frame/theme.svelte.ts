/** Light or dark: as the system has it, or as the reader chose. */

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'opcx-theme';
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

class Look {
  theme = $state<Theme>(stored());

  turn(): void {
    this.theme = NEXT[this.theme];
    if (this.theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = this.theme;
    keep(KEY, this.theme === 'system' ? undefined : this.theme);
  }
}

function stored(): Theme {
  const text = kept(KEY);
  return text === 'light' || text === 'dark' ? text : 'system';
}

/** What this browser was told to remember; nothing where that is forbidden. */
export function kept(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keep(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Then it holds until the page is closed.
  }
}

export const look = new Look();
