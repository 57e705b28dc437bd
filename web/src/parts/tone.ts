/** How something is to be taken; each has a colour and a shape of its own. */
export type Tone = 'good' | 'bad' | 'risk' | 'now' | 'plain';

/** The tone of an outcome's, promise's, case's or verdict's word. */
export function tone(word: string): Tone {
  switch (word) {
    case 'good':
    case 'kept':
    case 'acted':
    case 'reached':
    case 'granted':
      return 'good';
    case 'bad':
    case 'broken':
      return 'bad';
    case 'at_risk':
    case 'refused':
    case 'high':
    case 'denied':
    case 'withdrawn':
      return 'risk';
    case 'taken':
    case 'open':
    case 'under_way':
      return 'now';
    default:
      return 'plain';
  }
}

/** A word of the API as a person reads it: `at_risk` is `at risk`. */
export function spoken(word: string): string {
  return word.replaceAll('_', ' ');
}
