/** Which words of a text carried what was read in it, and how far each did. */
import type { WeighedWord } from '../api/view';

/** What was read that the words are weighed for. */
export type Of = 'valence' | 'emotion';

/** A word, whether it speaks for or against what was read, and how much. */
export interface Weight {
  word: string;
  side: 'for' | 'against';
  much: 'strongly' | 'somewhat' | 'hardly';
  /** Log-odds that it adds; below nought it speaks against. */
  adds: number;
}

/** Log-odds below which not even the weightiest word of a text is worth a mark: a tenth is one point in a hundred or two. */
const LEAST = 0.1;
/** Shares of the weightiest word's part. */
const STRONGLY = 0.5;
const SOMEWHAT = 0.2;

export function weights(words: readonly WeighedWord[], of: Of): Weight[] {
  const most = Math.max(LEAST, ...words.map((word) => Math.abs(word[of]) / 1000));
  return words.map((word) => {
    const adds = word[of] / 1000;
    const share = Math.abs(adds) / most;
    const much = share >= STRONGLY ? 'strongly' : share >= SOMEWHAT ? 'somewhat' : 'hardly';
    return { word: word.word, side: adds < 0 ? 'against' : 'for', much, adds };
  });
}

/** The same in a sentence, the weightiest word first. */
export function sentence(weights: readonly Weight[], what: string): string {
  const side = (side: Weight['side']): string[] =>
    weights
      .filter((weight) => weight.side === side && weight.much !== 'hardly')
      .toSorted((one, other) => Math.abs(other.adds) - Math.abs(one.adds))
      .map(({ word, much }) => `“${bare(word)}” ${much}`);
  const [speaksFor, speaksAgainst] = [side('for'), side('against')];
  if (speaksFor.length + speaksAgainst.length === 0) return `No single word tells ${what}.`;
  const first =
    speaksFor.length > 0 ? `For ${what}: ${speaksFor.join(', ')}.` : `No word speaks for ${what}.`;
  return speaksAgainst.length > 0 ? `${first} Against it: ${speaksAgainst.join(', ')}.` : first;
}

/** A word without the signs around it, unless it is nothing else. */
function bare(word: string): string {
  return word.replace(/^[\p{P}\p{S}]+|[\p{P}\p{S}]+$/gu, '') || word;
}
