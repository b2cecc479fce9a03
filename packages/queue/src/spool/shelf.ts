import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isDamage, spoolFault } from './fault.ts';
import { adoptFile, createFile, type Amount, type PackedBatch, type SpoolFile } from './file.ts';
import type { Log } from './log.ts';
import { NotOursError, setAside } from './ownership.ts';
import type { SpoolDepth } from './spool.ts';

export interface ShelfOptions {
  folder: string;
  /** Bytes that the file which is written may take. */
  sizeLimit: number | undefined;
  log: Log;
}

/** The spool files of this process: the one it writes, and those it took over. */
export interface Shelf {
  /** Keeps all of the batches or none; they are on the disk when this returns. Throws a QueueError. */
  append(batches: readonly PackedBatch[]): void;
  /** Batches as JSON, of the file that has waited longest, oldest first. */
  oldest(limit: number): string[];
  /** Takes batches out, and deletes the files that are drained by that. */
  remove(ids: readonly string[]): void;
  depth(): SpoolDepth;
  /** Takes over files whose process is gone. */
  sweep(): void;
  close(): void;
}

const FILE_NAME = /^monitor-spool-.+\.sqlite$/;
const LEFTOVER_NAME = /^(monitor-spool-.+\.sqlite)-(?:wal|journal)$/;

/** Looks after the spool files in a folder. A file is made when there is something to write, not before. */
export function createShelf({ folder, sizeLimit, log }: ShelfOptions): Shelf {
  const files = new Set<SpoolFile>();
  /** What has been complained of: every sweep would repeat it. */
  const complaints = new Set<string>();
  let current: SpoolFile | undefined;

  function create(): SpoolFile {
    mkdirSync(folder, { recursive: true });
    const host = hostname().replaceAll(/[^\w.-]/g, '_');
    current = createFile(
      join(folder, `monitor-spool-${host}-${process.pid}-${randomUUID()}.sqlite`),
      sizeLimit,
    );
    files.add(current);
    return current;
  }

  function complain(path: string, error: unknown, message: string): void {
    if (complaints.has(path)) return;
    complaints.add(path);
    log.warn({ err: error, path }, message);
  }

  function forget(file: SpoolFile): void {
    files.delete(file);
    if (current === file) current = undefined;
  }

  function keepDamaged(path: string, lost?: Amount): void {
    try {
      const kept = setAside(path);
      const held =
        lost === undefined
          ? `what it held, ${statSync(kept).size} bytes,`
          : `${lost.batches} batches with ${lost.records} records in it`;
      log.error({ file: kept }, `a spool file is damaged and was set aside: ${held} will not be stored`);
    } catch (error) {
      // Where it is gone, another process found it at the same moment.
      if (existsSync(path)) complain(path, error, 'a spool file is damaged and cannot be renamed');
    }
  }

  /** Lets go of a file that fails. If it is whole, the next sweep takes it over again. */
  function giveUp(file: SpoolFile, error: unknown): void {
    forget(file);
    if (isDamage(error)) keepDamaged(file.path, file.waiting);
    else complain(file.path, error, 'a spool file cannot be used now and is tried again later');
    file.close();
  }

  function attempt<T>(file: SpoolFile, work: () => T, otherwise: T): T {
    try {
      return work();
    } catch (error) {
      giveUp(file, error);
      return otherwise;
    }
  }

  function finishDrained(): void {
    for (const file of files) {
      if (file.waiting.batches === 0) attempt(file, () => finish(file), undefined);
    }
  }

  function finish(file: SpoolFile): void {
    forget(file);
    if (file.damaged.batches === 0) {
      file.discard();
      return;
    }
    keepDamaged(file.path, file.damaged);
    file.close();
  }

  function adopt(path: string): void {
    try {
      const file = adoptFile(path);
      files.add(file);
      complaints.delete(path);
      if (file.waiting.batches > 0)
        log.info({ file: path, ...file.waiting }, 'took over a spool file whose process is gone');
      else attempt(file, () => finish(file), undefined);
    } catch (error) {
      if (error instanceof NotOursError || !existsSync(path)) return;
      if (isDamage(error)) keepDamaged(path);
      else complain(path, error, 'a spool file cannot be taken over');
    }
  }

  /** Deletes what a process left that ended while it deleted a file. */
  function clear(path: string): void {
    try {
      rmSync(path, { force: true });
    } catch (error) {
      complain(path, error, 'what is left of a spool file cannot be deleted');
    }
  }

  function names(): string[] {
    try {
      return readdirSync(folder);
    } catch (error) {
      complain(folder, error, 'the spool folder cannot be read');
      return [];
    }
  }

  return {
    append(batches) {
      try {
        (current ?? create()).append(batches);
      } catch (error) {
        const fault = spoolFault(error, folder);
        if (fault.reason === 'full') throw fault;
        // What failed once is not trusted with more: the next file may fare better.
        if (current !== undefined) giveUp(current, error);
        try {
          create().append(batches);
        } catch (again) {
          throw spoolFault(again, folder);
        }
      }
    },
    oldest(limit) {
      const byAge = [...files]
        .filter(({ waiting }) => waiting.batches > 0)
        .map((file) => ({ file, at: attempt(file, file.oldestAt, Infinity) }))
        .toSorted((a, b) => a.at - b.at);
      for (const { file } of byAge) {
        const found = files.has(file) ? attempt(file, () => file.oldest(limit), []) : [];
        if (found.length > 0) return found;
      }
      return [];
    },
    remove(ids) {
      for (const file of files) attempt(file, () => file.remove(ids), undefined);
      finishDrained();
    },
    depth() {
      const depth = { batches: 0, records: 0, bytes: 0, oldestMs: 0 };
      for (const file of files) {
        if (file.waiting.batches === 0) continue;
        depth.batches += file.waiting.batches;
        depth.records += file.waiting.records;
        depth.bytes += file.waiting.bytes;
        const age = Date.now() - attempt(file, file.oldestAt, Infinity);
        depth.oldestMs = Math.max(depth.oldestMs, age);
      }
      return depth;
    },
    sweep() {
      const owned = new Set([...files].map(({ path }) => path));
      for (const name of names()) {
        const path = join(folder, name);
        if (FILE_NAME.test(name) && !owned.has(path)) adopt(path);
        const whole = LEFTOVER_NAME.exec(name)?.[1];
        if (whole !== undefined && !existsSync(join(folder, whole))) clear(path);
      }
    },
    close() {
      finishDrained();
      for (const file of files) file.close();
    },
  };
}
