/** What was edited and not saved yet: kept while other pages are looked at. */

class Edits {
  /** The new texts, by their files' paths. */
  texts = $state<Record<string, string>>({});

  set(path: string, text: string, onDisk: string): void {
    if (text === onDisk) delete this.texts[path];
    else this.texts[path] = text;
  }

  forget(): void {
    this.texts = {};
  }
}

export const edits = new Edits();
