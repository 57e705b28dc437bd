import { expect, test } from 'vitest';
import { about, handedOver, said } from './case';

test('a case is about what set its playbook off, or about its matter', () => {
  const brief = ['because: promise ready-by at risk', 'they wait at the counter'];
  expect(about({ matter: 'ready-by', brief })).toBe('promise ready-by at risk');
  expect(about({ matter: 'ready-by', brief: [] })).toBe('ready-by');
  expect(handedOver(brief)).toEqual(['they wait at the counter']);
  expect(said(brief)).toBeUndefined();
  expect(said([...brief, 'said: where is it?'])).toBe('where is it?');
});
