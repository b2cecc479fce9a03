import type { BatchWriter } from '@monitor-server/queue';
import { StoreError } from '@monitor-server/store';

/** What an HTTP process tells the supervisor. */
export type FromHttp =
  | { type: 'write'; number: number; batches: string }
  | { type: 'listening'; url: string }
  | { type: 'failed'; error: { message: string; code?: string | undefined } };

/** What the supervisor tells an HTTP process. */
export type ToHttp =
  | { type: 'written'; number: number; fault?: { reason: 'full' | 'broken'; message: string } }
  | { type: 'stop' };

/** The store's writer as an HTTP process sees it: batches go to the supervisor, which owns the one writer. */
export function createRemoteWriter(send: (message: FromHttp) => void) {
  const waiting = new Map<number, { resolve: () => void; reject: (error: StoreError) => void }>();
  let lastNumber = 0;

  const writer: BatchWriter = {
    write(batches) {
      const number = ++lastNumber;
      return new Promise((resolve, reject) => {
        waiting.set(number, { resolve, reject });
        send({ type: 'write', number, batches: JSON.stringify(batches) });
      });
    },
  };

  return {
    writer,
    settle({ number, fault }: Extract<ToHttp, { type: 'written' }>): void {
      const found = waiting.get(number);
      waiting.delete(number);
      if (fault === undefined) found?.resolve();
      else found?.reject(new StoreError(fault.reason, fault.message));
    },
  };
}
