import type { Progress } from '../reading/options.ts';
import { barOf } from './bar.ts';
import { count } from './quantities.ts';
import type { Terminal } from './terminal.ts';
import { padded } from './text.ts';

/** More often, nobody can read it. */
const INTERVAL_MS = 100;
const BAR = 24;
const ERASE = '\r\u001b[K';

function lineOf(label: string, { done, total }: Progress): string {
  if (total === undefined || total === 0) return `${label}  ${count(done)}`;
  const share = Math.min(1, done / total);
  const bar = padded(barOf(share, BAR), BAR, 'left');
  return `${label}  ${bar}  ${Math.floor(share * 100)} %  ${count(done)} of ${count(total)}`;
}

/**
 * Does some work and shows meanwhile how far it is, in one line of a terminal that is gone when the work has ended. Where
 * errors go into a file or a pipe, nothing is shown.
 */
export async function withProgress<T>(
  { stderr, env }: Terminal,
  label: string,
  work: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  if (stderr.isTTY !== true || env['TERM'] === 'dumb') return work(() => undefined);
  const width = stderr.columns ?? 80;
  let shown = performance.now();
  let dirty = false;
  try {
    return await work((progress) => {
      const now = performance.now();
      if (now - shown < INTERVAL_MS) return;
      shown = now;
      dirty = true;
      stderr.write(ERASE + lineOf(label, progress).slice(0, width - 1));
    });
  } finally {
    if (dirty) stderr.write(ERASE);
  }
}
