import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@monitor-server/runtime/config';
import { openSqliteReader, openSqliteWriter } from '@monitor-server/store';
import { hasDump, openPostgres } from '@monitor-server/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { backup, restore } from '../src/commands/copies.ts';
import { move } from '../src/commands/move.ts';

const cwd = mkdtempSync(join(tmpdir(), 'copies-'));

afterAll(() => rmSync(cwd, { recursive: true }));

const source = (database: string, ...argv: string[]) => {
  return { argv, cwd, env: { MONITOR_SERVER_DATABASE_URI: database } };
};
const log = { info: () => undefined, warn: () => undefined };

const time = Date.now().toString(16).padStart(12, '0');
const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000001`;
const writer = openSqliteWriter(join(cwd, 'first.sqlite'));
writer.write([
  {
    id,
    records: [
      { type: 'session', value: { session_h: 's', run_date: '2024-03-01', scm_ref: null, tags: [] } },
    ],
  },
]);
writer.close();

describe('the commands for copies', () => {
  test('back a database up and restore it, and say what it holds', async () => {
    const made = await backup(source('sqlite:///first.sqlite', 'copy'));
    expect(made[0]).toBe(`${join(cwd, 'copy')} holds, whole and synced:`);
    expect(made.slice(1).map((line) => line.replace(/ +/, ' '))).toEqual(
      expect.arrayContaining(['metric 0', 'session 1']),
    );
    const restored = await restore(source('sqlite:///second.sqlite', 'copy'));
    expect(restored.slice(1)).toEqual(made.slice(1));
    const reader = openSqliteReader(join(cwd, 'second.sqlite'));
    expect(reader.count({ count: 'sessions', filter: {} })).toBe(1);
    reader.close();
  });

  test('move it to PostgreSQL, and back that up and restore it', async ({ skip }) => {
    const [first, second] = [await openPostgres(), await openPostgres()];
    const dump = await hasDump(first.uri);
    if (!dump.here) skip(dump.why);
    const moved = await move(source(first.uri, 'sqlite:///first.sqlite'), log);
    const made = await backup(source(first.uri, 'dump'));
    const restored = await restore(source(second.uri, 'dump'));
    expect(made.slice(1)).toEqual(moved.slice(1));
    expect(restored.slice(1)).toEqual(moved.slice(1));
    rmSync(join(cwd, 'dump.json'));
    await expect(restore(source(second.uri, 'dump'))).rejects.toThrow(
      /not empty: it holds 0 metrics and 1 sessions/,
    );
    await first.close();
    await second.close();
  });

  test.each([
    ['nothing to copy to', () => backup(source('sqlite:///first.sqlite')), /FILE must not exist/],
    ['too much', () => restore(source('sqlite:///third.sqlite', 'copy', 'copy')), /restore FILE/],
    ['an unknown flag', () => backup(source('sqlite:///first.sqlite', '--all')), /--all/],
    [
      'no database',
      () => backup(source('sqlite:///none.sqlite', 'other')),
      /is no database of monitor-server/,
    ],
    ['no copy', () => restore(source('sqlite:///third.sqlite', 'none')), /is no database of monitor-server/],
    [
      'a target that is not empty',
      () => restore(source('sqlite:///first.sqlite', 'copy')),
      /it is not empty/,
    ],
    [
      'a move to SQLite',
      () => move(source('sqlite:///third.sqlite', 'sqlite:///first.sqlite'), log),
      /name a PostgreSQL/,
    ],
    [
      'a move from PostgreSQL',
      () => move(source('postgresql://a/b', 'postgresql://a/b'), log),
      /give sqlite/,
    ],
    [
      'a move from what is no URI',
      () => move(source('postgresql://a/b', 'first.sqlite'), log),
      /"first.sqlite": /,
    ],
  ])('refuse %s with a line that says so', async (_, run, message) => {
    await expect(run()).rejects.toThrow(ConfigError);
    await expect(run()).rejects.toThrow(message);
    expect(existsSync(join(cwd, 'third.sqlite'))).toBe(false);
  });
});
