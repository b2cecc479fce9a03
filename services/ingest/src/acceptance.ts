import {
  checkRedis,
  createBatchCommit,
  createDirectQueue,
  createIntake,
  openBullmqQueue,
  openDurableQueue,
  QueueError,
  type Depth,
  type Intake,
  type Queue,
} from '@monitor-server/queue/pipeline';
import {
  databaseError,
  followStoring,
  settingError,
  silent,
  observeAccepting,
  observeStoring,
  type Logger,
  type PostgresDatabase,
  type Probe,
  type Settings,
  type Telemetry,
} from '@monitor-server/runtime';
import type { QueueAddress } from '@monitor-server/runtime/config';
import { openPatientWriter } from '@monitor-server/store/postgres';

/** The way of records into the server. */
export interface Acceptance {
  intake: Intake;
  /** Find out whether records can be taken: one of them is enough. */
  probes: Readonly<Record<string, Probe>>;
  /** Ends what holds answers back, so that a stop need not wait for it. */
  release(): void;
  /** Resolves when what was accepted is durable, and everything is closed. */
  close(): Promise<void>;
}

/** What the way into PostgreSQL is made of. */
export type AcceptanceConfig = Settings<
  'database' | 'retentionDays' | 'queueUri' | 'queuePatience' | 'backlogLimit' | 'spoolFolder'
>;

interface Primary {
  queue: Queue;
  probes: Readonly<Record<string, Probe>>;
  backlog?: () => Promise<Depth>;
  close(): Promise<void>;
}

/** Tells what it is worth that Redis takes a batch; told again, it says what is new. */
function createWarning(address: QueueAddress, log: Logger): () => Promise<void> {
  let told: readonly string[] = [];
  return async () => {
    const warnings = await checkRedis(address);
    for (const line of warnings) if (!told.includes(line)) log.warn(`what 201 is worth: ${line}`);
    told = warnings;
  };
}

async function openRedis(address: QueueAddress, patienceMs: number, log: Logger): Promise<Primary> {
  const warn = createWarning(address, log);
  // A Redis that comes back may be another one, or have lost what it was told.
  const queue = await openBullmqQueue({ address, patienceMs, log, onReady: () => void warn() });
  return { queue, probes: { queue: queue.depth }, backlog: queue.depth, close: queue.close };
}

/** Without a queue batches go into PostgreSQL themselves, and the spool takes them while it is away. */
async function openDirect(
  config: AcceptanceConfig,
  { uris }: PostgresDatabase,
  log: Logger,
  { metrics, traces }: Telemetry,
): Promise<Primary> {
  try {
    const { retentionDays } = config;
    const writer = await openPatientWriter({
      uris,
      retentionDays,
      log,
      onCommit: observeStoring(log, metrics),
    });
    metrics?.watchWriting(writer.usage);
    const { add } = createBatchCommit(followStoring(traces, writer.write));
    return {
      queue: createDirectQueue(add),
      probes: { writing: () => writer.write([]) },
      close: writer.close,
    };
  } catch (error) {
    throw databaseError(config, error);
  }
}

/** Opens the way to PostgreSQL. Throws a ConfigError where the database or the spool's folder cannot be used. */
export async function openAcceptance(
  config: AcceptanceConfig,
  database: PostgresDatabase,
  log: Logger,
  telemetry: Telemetry = silent,
): Promise<Acceptance> {
  const { queueUri, queuePatience: patienceMs, backlogLimit, spoolFolder } = config;
  const primary: Primary =
    queueUri === undefined
      ? await openDirect(config, database, log, telemetry)
      : await openRedis(queueUri, patienceMs, log);
  try {
    const { queue, probes, backlog } = primary;
    const durable = await openDurableQueue({
      primary: queue,
      ...(backlog && { backlog }),
      spoolFolder,
      patienceMs,
      backlogLimit,
      log,
    });
    const { metrics, traces } = telemetry;
    const onAccepted = observeAccepting(log, metrics);
    const intake = createIntake(durable, { pace: durable.pace, follow: traces?.accept, onAccepted });
    if (backlog !== undefined) metrics?.watchQueue(backlog);
    metrics?.watchBacklog({ spool: durable.depth, isAway: durable.isAway, limit: backlogLimit });
    return {
      intake,
      probes: { ...probes, spool: durable.checkSpool },
      release: durable.pace.close,
      async close() {
        await intake.idle();
        await durable.close();
        await primary.close();
      },
    };
  } catch (error) {
    await primary.close();
    throw error instanceof QueueError ? settingError(config, 'spoolFolder', error.message) : error;
  }
}
