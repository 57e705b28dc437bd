/** What a case is about, as a person says it: what set the playbook off that opened it. */
const BECAUSE = 'because: ';
const SAID = 'said: ';

export function about(line: { matter: string; brief: readonly string[] }): string {
  const said = line.brief.find((said) => said.startsWith(BECAUSE));
  return said === undefined ? line.matter : said.slice(BECAUSE.length);
}

/** What else the playbook handed over. */
export function handedOver(brief: readonly string[]): string[] {
  return brief.filter((said) => !said.startsWith(BECAUSE));
}

/** What the customer said that led to it, if they said anything that may be shown. */
export function said(brief: readonly string[]): string | undefined {
  return brief.find((line) => line.startsWith(SAID))?.slice(SAID.length);
}
