/** Why a playbook did not act, in a few words; the receipt says it in full. */
const WORDS: Record<string, string> = {
  condition: 'condition did not hold',
  missing: 'something was not known',
  consent: 'not allowed by the customer',
  cap: 'acted often enough',
  contacts: 'written to often enough',
  repair_first: 'repair comes first',
  held: 'a human has it',
  hold_out: 'held out, to compare',
  untrue: 'message would not be true',
  preceded: 'another one acted',
  full: 'no room for more',
  no_due: 'no due time',
};

export function reason(word: string): string {
  return WORDS[word] ?? word.replaceAll('_', ' ');
}
