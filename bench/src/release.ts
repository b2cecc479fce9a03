import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const pending = new Set<() => void>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
process.once('exit', () => {
  for (const release of [...pending].reverse()) release();
});

/** Runs `release`, which has to be synchronous, when the process ends in whatever way it can notice. */
export const releaseAtExit = (release: () => void): (() => void) => {
  const once = (): void => {
    if (pending.delete(release)) release();
  };
  pending.add(release);
  return once;
};

/** A folder of its own, gone after `close()` or with the process. */
export const openFolder = (): { path: string; close: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'monitor-server-'));
  return { path, close: releaseAtExit(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 })) };
};

/** Ends the process with an error should it still run then: nothing here may run for ever. */
export const limitRuntime = (milliseconds: number): void => {
  setTimeout(() => {
    console.error(`still running after ${Math.round(milliseconds / 60_000)} minutes: giving up`);
    process.exit(1);
  }, milliseconds).unref();
};
