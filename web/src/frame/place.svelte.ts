/** Where the reader is: the address, which holds the page and its filters. */
class Place {
  path = $state(location.pathname);
  /** Whether the reader came from another place here, and not just opened this one. */
  hasMoved = false;
  query = $state.raw(new URLSearchParams(location.search));

  /** Follows links inside the page without loading it anew. Answers with how to stop that. */
  begin(): () => void {
    const back = (): void => {
      this.hasMoved = true;
      this.#read();
    };
    addEventListener('popstate', back);
    document.addEventListener('click', this.#follow);
    return () => {
      removeEventListener('popstate', back);
      document.removeEventListener('click', this.#follow);
    };
  }

  /** Goes to an address. */
  go(href: string, how: 'push' | 'replace' = 'push'): void {
    const to = new URL(href, location.href);
    this.hasMoved = true;
    if (to.href !== location.href) history[how === 'push' ? 'pushState' : 'replaceState'](null, '', to);
    this.#read();
  }

  /** Changes filters: those that are empty or undefined go. */
  set(filters: Record<string, string | undefined>, how: 'push' | 'replace' = 'push'): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(filters)) {
      if (value === undefined || value === '') query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    this.go(this.path + (text === '' ? '' : `?${text}`), how);
  }

  get(name: string): string | undefined {
    return this.query.get(name) ?? undefined;
  }

  #read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
  }

  #follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || link.target !== '' || link.hasAttribute('download')) return;
    const to = new URL(link.href, location.href);
    if (to.origin !== location.origin || to.protocol !== location.protocol) return;
    // A link within the page is the browser's.
    if (to.hash !== '' && to.pathname === location.pathname) return;
    event.preventDefault();
    this.go(to.href);
  };
}

export const place = new Place();
