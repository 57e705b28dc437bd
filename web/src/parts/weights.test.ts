import { expect, test } from 'vitest';
import { sentence, weights } from './weights';

const word = (word: string, valence: number, emotion = 0) => ({ word, valence, emotion });

test('words are marked by their share of the weightiest one, for and against', () => {
  const told = weights(
    [word('So', 300), word('angry!!!', 2_000), word('thanks', -500), word('me', 10)],
    'valence',
  );
  expect(told.map(({ word, side, much }) => `${word} ${side} ${much}`)).toEqual([
    'So for hardly',
    'angry!!! for strongly',
    'thanks against somewhat',
    'me for hardly',
  ]);
  expect(sentence(told, 'negative')).toBe('For negative: “angry” strongly. Against it: “thanks” somewhat.');
});

test('where no word weighs anything, none is marked', () => {
  const told = weights([word('the', 19), word('parcel', -12), word('😡', 0)], 'valence');
  expect(told.every(({ much }) => much === 'hardly')).toBe(true);
  expect(sentence(told, 'neutral')).toBe('No single word tells neutral.');
});

test('pictures and signs are words of their own', () => {
  expect(sentence(weights([word('😡', 0, 900)], 'emotion'), 'anger')).toBe('For anger: “😡” strongly.');
});
