import { setTimeout as sleep } from 'node:timers/promises';
import { UnrecoverableError, type Job } from 'bullmq';
import { isForeign } from './faults.ts';

/** What becomes of a job that was taken. Each resolves when Redis has done it, however long Redis is away. */
export interface Settlement {
  /** It leaves the queue. */
  complete(job: Job): Promise<void>;
  /** It goes to the front of the queue, for whoever takes it next. */
  giveBack(job: Job): Promise<void>;
  /** It is kept among the failed ones, with the reason. */
  refuse(job: Job, reason: string): Promise<void>;
}

export interface SettlementOptions {
  /** Holds the locks of the jobs. */
  token: string;
  /** Tells that Redis does not do it yet. */
  warn: (message: string) => void;
  /** Whether to leave things as they are: the job stays locked for a while, and others take it over then. */
  givenUp: () => boolean;
}

/** Pause before Redis is asked again. */
const RETRY_MS = 500;

export function createSettlement({ token, warn, givenUp }: SettlementOptions): Settlement {
  async function insist(settle: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await settle();
        return;
      } catch (error) {
        // Whoever holds it now settles it.
        if (isForeign(error) || givenUp()) return;
        warn(`a batch cannot be settled yet: ${(error as Error).message}`);
        await sleep(RETRY_MS);
      }
    }
  }

  return {
    complete: (job) => insist(() => job.moveToCompleted(undefined, token, false)),
    giveBack: (job) => insist(() => job.moveToWait(token)),
    refuse: (job, reason) => insist(() => job.moveToFailed(new UnrecoverableError(reason), token)),
  };
}
