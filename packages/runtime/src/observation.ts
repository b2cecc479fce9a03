import type { Logger } from './logger.ts';
import type { Metrics } from './metrics/metrics.ts';

/** A batch that was accepted. */
export interface AcceptedBatch {
  readonly batch: string;
  readonly records: number;
  readonly milliseconds: number;
  /** The ids of the requests that its records came with. */
  readonly requests: readonly string[];
}

/** A transaction that stored batches. */
export interface CommittedBatches {
  readonly batches: readonly string[];
  readonly records: number;
  readonly dead: number;
  readonly milliseconds: number;
}

/** Counts accepted batches, and logs with `debug` which requests each came with; nothing where nobody would see either. */
export function observeAccepting(
  logger: Logger,
  metrics: Metrics | undefined,
): ((accepted: AcceptedBatch) => void) | undefined {
  if (metrics === undefined && !logger.isLevelEnabled('debug')) return undefined;
  const count = metrics?.watchAccepting();
  return (accepted) => {
    count?.(accepted);
    logger.debug(accepted, 'accepted');
  };
}

/** Counts what was stored, and logs with `debug` in which transaction each batch was; nothing where nobody would see either. */
export function observeStoring(
  logger: Logger,
  metrics: Metrics | undefined,
): ((commit: CommittedBatches) => void) | undefined {
  if (metrics === undefined && !logger.isLevelEnabled('debug')) return undefined;
  const count = metrics?.watchStoring();
  return (commit) => {
    count?.(commit);
    logger.debug(commit, 'stored');
  };
}
