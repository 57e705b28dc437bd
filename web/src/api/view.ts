/** Names for what the engine answers with. */
import type { components } from '../../generated/schema';

type Schemas = components['schemas'];

export type Share = Schemas['Share'];
export type Mean = Schemas['Mean'];
/** A figure, or that there are too few observations for one. */
export type Figure<T> = T | { n_below: number };

export function isShown<T extends object>(figure: Figure<T>): figure is T {
  return !('n_below' in figure);
}

export type Experience = Schemas['Experience'];
export type Pulse = Schemas['Pulse'];
export type MomentExperience = Schemas['MomentExperience'];
export type EmotionShare = Schemas['EmotionShare'];
export type Trust = Schemas['Trust'];
export type Promises = Schemas['Promises'];
export type PromiseLine = Schemas['PromiseLine'];
export type Cases = Schemas['Cases'];
export type CaseLine = Schemas['CaseLine'];
export type Decisions = Schemas['Decisions'];
export type DecisionLine = Schemas['DecisionLine'];
export type Customer = Schemas['Customer'];
export type LedgerLine = Schemas['LedgerLine'];
export type Journeys = Schemas['Journeys'];
export type JourneyMap = Schemas['JourneyMap'];
export type WentThroughLine = Schemas['WentThroughLine'];
export type MomentMap = Schemas['MomentMap'];
export type PulseSeries = Schemas['PulseSeries'];
export type Unusual = Schemas['Unusual'];
export type Difference = Schemas['Difference'];
export type Timeline = Schemas['Timeline'];
export type Happened = Schemas['Happened'];
export type Brief = Schemas['Brief'];
export type PlaybookView = Schemas['PlaybookView'];
export type FilePlace = Schemas['FilePlace'];
export type FoundLine = Schemas['FoundLine'];
export type RejectedLine = Schemas['RejectedLine'];
export type DeadLetter = Schemas['DeadLetter'];
export type EndpointLine = Schemas['EndpointLine'];
export type Read = Schemas['Read'];
export type WeighedWord = Schemas['WeighedWord'];
