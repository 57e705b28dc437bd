/** Questions and orders over HTTP, typed by the OpenAPI document. */
import type { components, paths } from '../../generated/schema';
import { session } from './session.svelte';

type Json<T> = { content: { 'application/json': T } };
/** Paths that can be asked. */
export type Question = {
  [P in keyof paths]: paths[P] extends { get: { responses: { 200: Json<unknown> } } } ? P : never;
}[keyof paths];
/** Paths that take orders. */
export type Order = {
  [P in keyof paths]: paths[P] extends { post: { requestBody: Json<unknown> } } ? P : never;
}[keyof paths];
/** What a question is answered with. */
export type Answer<P extends Question> = paths[P] extends { get: { responses: { 200: Json<infer T> } } }
  ? T
  : never;
/** What a question's query may hold. */
export type Query<P extends Question> = paths[P] extends { get: { parameters: { query?: infer Q } } }
  ? [Q] extends [undefined]
    ? Record<string, never>
    : NonNullable<Q>
  : Record<string, never>;
/** What an order says. */
export type Body<P extends Order> = paths[P] extends { post: { requestBody: Json<infer T> } } ? T : never;

/** What an order is answered with. */
export type Given<P extends Order> = paths[P] extends { post: { responses: infer R } }
  ? R[keyof R & (200 | 201 | 202)] extends Json<infer T>
    ? T
    : never
  : never;

/** Why there is no answer. */
export class Problem extends Error {
  /** The HTTP status; 0 when nothing answered at all. */
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** What stands where a path varies. */
export type Part = Record<string, string>;

export async function ask<P extends Question>(
  path: P,
  query: Query<P> = {} as Query<P>,
  part: Part = {},
  signal?: AbortSignal,
): Promise<Answer<P>> {
  const answered = await send(filled(path, part) + written(query), signal === undefined ? {} : { signal });
  return (await answered.json()) as Answer<P>;
}

export async function order<P extends Order>(path: P, body: Body<P>, part: Part = {}): Promise<Given<P>> {
  const answered = await send(filled(path, part), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await answered.json()) as Given<P>;
}

/** Saves files to the company's folder. */
export async function saveFiles(
  files: components['schemas']['SavingFile'][],
): Promise<components['schemas']['Saved']> {
  const answered = await send('/v1/files', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ files }),
  });
  return (await answered.json()) as components['schemas']['Saved'];
}

/** Sends a request on behalf of whoever signed in. */
export async function send(address: string, init: RequestInit): Promise<Response> {
  let answered: Response;
  // What changes something goes with the session's token.
  if (init.method !== undefined) await session.known;
  try {
    answered = await fetch(address, {
      ...init,
      headers: { ...init.headers, ...session.headers(init.method) },
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Problem(0, 'opcx does not answer; it is tried again');
  }
  if (answered.ok) return answered;
  if (answered.status === 401) session.lost();
  throw new Problem(answered.status, await detail(answered));
}

async function detail(answered: Response): Promise<string> {
  try {
    const body: unknown = await answered.json();
    if (typeof body === 'object' && body !== null && 'detail' in body) return String(body.detail);
  } catch {
    // What is not JSON comes from a proxy, whose words help nobody here.
  }
  return `opcx answered ${answered.status}`;
}

function filled(path: string, part: Part): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(part[name] ?? ''));
}

function written(query: object): string {
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}
