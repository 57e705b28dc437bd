/** An answer that is kept on the screen while it is asked for anew. */
import { untrack } from 'svelte';
import { Problem } from './ask';
import { clock } from './clock.svelte';
import { live, TOPICS, type Topic } from './live.svelte';

export class Resource<T> {
  value = $state.raw<T>();
  problem = $state.raw<Problem>();
  isAsking = $state(true);
}

/**
 * Asks when a part of the page appears, whenever something that `how` reads has changed, and whenever the
 * engine has news on these topics. To be called while a component is set up.
 */
export function resource<T>(
  how: (signal: AbortSignal) => Promise<T>,
  topics: readonly Topic[] = TOPICS,
): Resource<T> {
  const kept = new Resource<T>();
  $effect(() => {
    for (const topic of topics) void live.turns[topic];
    const stop = new AbortController();
    const asked = how(stop.signal);
    untrack(() => (kept.isAsking = true));
    asked.then(
      (value) => {
        if (stop.signal.aborted) return;
        clock.heard(asOf(value));
        kept.value = value;
        kept.problem = undefined;
        kept.isAsking = false;
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        kept.problem = error instanceof Problem ? error : new Problem(0, String(error));
        kept.isAsking = false;
      },
    );
    return () => stop.abort();
  });
  return kept;
}

function asOf(value: unknown): string | null | undefined {
  if (typeof value !== 'object' || value === null || !('as_of' in value)) return undefined;
  return value.as_of as string | null;
}
