// A process with spools of its own, for tests that kill it: spool-process.ts FOLDER SPOOLS BATCHES.
// Not the package: all that it would load takes longer than the rest.
import type { Log } from '../src/spool/log.ts';
import { openSpool } from '../src/spool/spool.ts';
import { batches, empty, idsOf } from './spool-batches.ts';

const [folder = '', spools, length] = process.argv.slice(2);
const ignore = (): void => undefined;
const log: Log = { info: ignore, warn: ignore, error: ignore };

const opened = await Promise.all(
  Array.from({ length: Number(spools) }, () => openSpool({ folder, log, sweepMs: 3_600_000 })),
);
const found = await Promise.all(opened.map(empty));
const added = batches(Number(length) * opened.length);
await Promise.all(added.map(async (batch, at) => opened[at % opened.length]?.append(batch)));
process.send?.({ found: idsOf(found.flat()), added: idsOf(added) });
