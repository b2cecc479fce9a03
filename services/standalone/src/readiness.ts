import type { Readiness } from '@monitor-server/runtime';
import type { Reply } from './inquiry.ts';

type Parts = Readiness['parts'];

/** A part works where it works in every process. */
function merge(all: readonly Parts[]): Parts {
  const merged: Record<string, Parts[string]> = {};
  for (const [name, condition] of all.flatMap((parts) => Object.entries(parts))) {
    if (merged[name]?.ok !== false) merged[name] = condition;
  }
  return merged;
}

/** The server is ready as long as one of its HTTP processes is: the others are being replaced. */
export function combineReadiness(replies: readonly Reply<'readiness'>[]): Readiness {
  const ready = replies.some(({ role, value }) => role === 'http' && value?.ready === true);
  const silent = replies.filter(({ value }) => value === undefined).length;
  const parts = merge(replies.map(({ value }) => value?.parts ?? {}));
  const lack = replies.length === 0 ? 'none runs' : `${silent} of ${replies.length} do not answer`;
  const processes: Parts[string] =
    silent === 0 && replies.length > 0 ? { ok: true } : { ok: false, reason: lack };
  return { ready, parts: { ...parts, processes } };
}
