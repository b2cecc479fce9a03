import type { Logger } from './log/logger.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { TracedBatch, Traces } from './traces/traces.ts';

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

/** Counts what there is to count, and logs it with `debug`; nothing where nobody would see either. */
function observe<Event extends object>(
  logger: Logger,
  line: string,
  count: ((event: Event) => void) | undefined,
): ((event: Event) => void) | undefined {
  if (count === undefined && !logger.isLevelEnabled('debug')) return undefined;
  return (event) => {
    count?.(event);
    const fields: object = event;
    logger.debug(fields, line);
  };
}

/** Counts accepted batches, and logs with `debug` which requests each came with; nothing where nobody would see either. */
export function observeAccepting(
  logger: Logger,
  metrics: Metrics | undefined,
): ((accepted: AcceptedBatch) => void) | undefined {
  return observe(logger, 'accepted', metrics?.watchAccepting());
}

/** Counts what was stored, and logs with `debug` in which transaction each batch was; nothing where nobody would see either. */
export function observeStoring(
  logger: Logger,
  metrics: Metrics | undefined,
): ((commit: CommittedBatches) => void) | undefined {
  return observe(logger, 'stored', metrics?.watchStoring());
}

/** The same `write`, which follows batches until they are stored where there are traces. */
export function followStoring<Batch extends TracedBatch>(
  traces: Traces | undefined,
  write: (batches: readonly Batch[]) => Promise<void>,
): (batches: readonly Batch[]) => Promise<void> {
  return traces === undefined ? write : (batches) => traces.store(batches, () => write(batches));
}
