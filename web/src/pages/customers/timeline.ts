/** A customer's days: everything that is known of them in one order, newest first. */
import type { CaseLine, Customer, DecisionLine, LedgerLine, PromiseLine } from '../../api/view';

export type Happening = { at: number } & (
  | { is: 'evidence'; entries: LedgerLine[] }
  | { is: 'moment'; moment: string; outcome: string; journey: string }
  | { is: 'promise'; line: PromiseLine; became: 'made' | PromiseLine['state'] }
  | { is: 'case'; line: CaseLine; became: 'opened' | 'closed' }
  | { is: 'decision'; line: DecisionLine }
);

export type Kind = Happening['is'];

/** Moments that moved trust are told by what they moved; others stand alone. */
export function timeline(customer: Customer): Happening[] {
  const evidence = grouped(customer.trust.entries, (entry) => `${entry.at} ${entry.what} ${entry.position}`);
  const told = new Set(customer.trust.entries.map((entry) => `${entry.at} ${entry.topic}`));
  const happenings: Happening[] = [
    ...[...evidence.values()].map((entries): Happening => ({
      is: 'evidence',
      at: at(entries[0]?.at),
      entries,
    })),
    ...customer.runs.flatMap((run) =>
      run.steps
        .filter((step) => !told.has(`${step.at} ${step.moment}`))
        .map((step): Happening => ({
          is: 'moment',
          at: at(step.at),
          moment: step.moment,
          outcome: step.outcome,
          journey: run.key ? `${run.journey} ${run.key}` : run.journey,
        })),
    ),
    ...customer.promises.flatMap((line): Happening[] => [
      { is: 'promise', at: at(line.made), line, became: 'made' },
      ...(line.settled && !told.has(`${line.settled} ${line.promise}`)
        ? [{ is: 'promise', at: at(line.settled), line, became: line.state } as const]
        : []),
    ]),
    ...customer.cases.flatMap((line): Happening[] => [
      { is: 'case', at: at(line.opened), line, became: 'opened' },
      ...(line.closed ? [{ is: 'case', at: at(line.closed), line, became: 'closed' } as const] : []),
    ]),
    ...customer.decisions.map((line): Happening => ({ is: 'decision', at: at(line.at), line })),
  ];
  return happenings.sort((one, other) => other.at - one.at);
}

function at(text: string | undefined): number {
  return text === undefined ? 0 : Date.parse(text);
}

/** Things with the same name, in the order in which the names first come. */
export function grouped<T>(things: readonly T[], name: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(name(thing));
    if (group === undefined) groups.set(name(thing), [thing]);
    else group.push(thing);
  }
  return groups;
}
