import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test, vi } from 'vitest';
import {
  openRemoteWriter,
  openSqliteReader,
  openSqliteWriter,
  openWriterThread,
  StoreError,
} from '../src/index.ts';
import { serveWriter, type WriteRequest } from '../src/sqlite/writer-socket.ts';
import { batchOf, metric } from './conformance/records.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-file-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

const newFile = (): string => join(folder, `${files++}.sqlite`);

function fail(error: unknown): void {
  throw new Error('a thread of the store ended', { cause: error });
}

function countIn(path: string): number {
  const reader = openSqliteReader(path);
  const count = reader.count({ count: 'metrics', filter: {} });
  reader.close();
  return count;
}

/** Opens a writer in both ways; neither must keep what it could not open. */
async function expectRefused(path: string, message: RegExp): Promise<void> {
  for (let times = 0; times < 2; times++) {
    expect(() => openSqliteWriter(path)).toThrow(StoreError);
    expect(() => openSqliteWriter(path)).toThrow(message);
    const opened = openWriterThread(path, () => undefined);
    await expect(opened).rejects.toThrow(StoreError);
    await expect(opened).rejects.toThrow(message);
  }
}

describe('a SQLite file', () => {
  test('of a newer monitor-server is refused, and left as it is', async () => {
    const path = newFile();
    openSqliteWriter(path).close();
    const db = new Database(path);
    db.pragma('user_version = 99');
    db.close();
    await expectRefused(path, /schema is number 99.*use a newer/);
    const after = new Database(path, { readonly: true });
    expect(after.pragma('user_version', { simple: true })).toBe(99);
    after.close();
  });

  test.each([
    ['no database', 'This is a text, longer than the head of a database would be. '.repeat(40)],
    ['half a database', `SQLite format 3\0${'\x01'.repeat(500)}`],
  ])('that is %s is refused, and left as it is', async (_, content) => {
    const path = newFile();
    writeFileSync(path, content);
    await expectRefused(path, /not a database|malformed|corrupt/);
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('in a folder that is missing is refused, and nothing is made', async () => {
    const path = join(folder, 'missing', 'x.sqlite');
    await expect(openWriterThread(path, () => undefined)).rejects.toThrow(Error);
    expect(existsSync(join(folder, 'missing'))).toBe(false);
  });

  test('is refused while another writer has it, and taken when that one ends', async () => {
    const path = newFile();
    const first = await openWriterThread(path, fail);
    await expect(openWriterThread(path, () => undefined)).rejects.toThrow(/another monitor-server/);
    const second = openWriterThread(path, fail);
    await first.write([batchOf([metric()])]);
    await first.close();
    await (await second).close();
    expect(countIn(path)).toBe(1);
  });
});

describe('a writer in a thread', () => {
  test('that is closed finishes what it was given, and takes no more', async () => {
    const path = newFile();
    const writer = await openWriterThread(path, fail);
    const writes = Array.from({ length: 30 }, () => writer.write([batchOf([metric(), metric()])]));
    const closed = writer.close();
    await expect(writer.write([batchOf([metric()])])).rejects.toThrow(StoreError);
    await Promise.all(writes);
    await closed;
    expect(countIn(path)).toBe(60);
  });

  test('takes the batches of other processes over its socket, each once', async () => {
    const path = newFile();
    const writer = await openWriterThread(path, fail, { socket: `${path}.sock` });
    const remotes = [openRemoteWriter(`${path}.sock`), openRemoteWriter(`${path}.sock`)];
    const batches = Array.from({ length: 40 }, () => batchOf([metric({ item: '\u{1f600}\n' })]));
    await Promise.all(batches.flatMap((batch) => remotes.map((remote) => remote.write([batch]))));
    for (const remote of remotes) remote.close();
    await writer.close();
    expect(countIn(path)).toBe(40);
  });
});

describe('a writer of another process', () => {
  test('that is replaced is asked again', async () => {
    const path = `${newFile()}.sock`;
    const asked: WriteRequest[] = [];
    const again: WriteRequest[] = [];
    const first = await serveWriter(path, (request) => asked.push(request));
    const remote = openRemoteWriter(path);
    const written = remote.write([batchOf([metric()])]);
    await vi.waitUntil(() => asked.length > 0);
    first.close();
    const second = await serveWriter(path, (request) => {
      again.push(request);
      request.answer();
    });
    await written;
    expect(again.map(({ batches }) => batches)).toEqual(asked.map(({ batches }) => batches));
    remote.close();
    second.close();
  });

  test('says why it refuses', async () => {
    const path = `${newFile()}.sock`;
    const server = await serveWriter(path, ({ answer }) => answer({ reason: 'full', message: 'no room' }));
    const remote = openRemoteWriter(path);
    await expect(remote.write([])).rejects.toMatchObject({ reason: 'full', message: 'no room' });
    remote.close();
    server.close();
  });
});
