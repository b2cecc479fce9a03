import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { letter } from '@monitor-server/testing/letter';
import { assert, constantFrom, integer, property, string, stringMatching } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Source } from '../src/config/index.ts';
import { configFolder, outcome } from './config.ts';

const { cwd, file, read, refused } = configFolder();

const database = (uri: string, source: Partial<Source> = {}) =>
  read(['database'], { argv: ['-u', uri], ...source }).database;

const postgres = (uri: string) => {
  const { database } = read(['database'], { env: { MONITOR_SERVER_DATABASE_URI: uri } });
  if (database.kind !== 'postgres') throw new Error(database.kind);
  return database;
};

describe('SQLite', () => {
  test('three slashes are relative, four absolute', () => {
    const uri = `sqlite:///${join(cwd, 'a.db')}`;
    expect(database('sqlite:///a.db')).toEqual({ kind: 'sqlite', path: join(cwd, 'a.db'), uri });
    expect(database(uri)).toEqual(database('sqlite:///a.db'));
    expect(database('SQLite+pysqlite:///./b/../a.db')).toEqual(database('sqlite:///a.db'));
  });

  test('any name of a file is that file', () => {
    const name = string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter(
      (text) => !/[\p{Cc}/?\\]/u.test(text) && !/^\.{1,2}$/.test(text) && text !== ':memory:',
    );
    assert(
      property(name, (text) => {
        expect(database(`sqlite:///${text}`)).toMatchObject({ kind: 'sqlite', path: join(cwd, text) });
      }),
    );
  });

  test('what cannot hold a database is refused', () => {
    file('text.db', 'this is no database at all');
    file('short.db', 'SQLite');
    expect(refused(['database'], { argv: ['-u', 'sqlite:///text.db'] })).toMatch(/not a SQLite database/);
    expect(refused(['database'], { argv: ['-u', 'sqlite:///short.db'] })).toMatch(/not a SQLite database/);
    expect(refused(['database'], { argv: ['-u', 'sqlite:///text.db/x'] })).toMatch(/not a folder|no folder/);
    expect(refused(['database'], { argv: ['-u', 'sqlite:///absent/x'] })).toContain(
      `no folder ${cwd}/absent`,
    );
    expect(refused(['database'], { argv: ['-u', 'sqlite:///.'] })).toMatch(/not a file/);
    for (const uri of ['sqlite:///:memory:', 'sqlite://', 'sqlite:///', 'sqlite://x.db', 'sqlite:x', 'x.db'])
      expect(refused(['database'], { argv: ['-u', uri] })).toMatch(/^-u "/);
    expect(refused(['database'], { argv: ['-u', 'sqlite:///x?mode=ro'] })).toMatch(/options/);
    expect(refused(['database'], { argv: ['-u', 'sqlite:///x\ny'] })).toMatch(/control character/);
  });

  test('a database, an empty file and a link to one are taken', () => {
    file('empty.db', '');
    file('real.db', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(84)]));
    symlinkSync('real.db', join(cwd, 'link.db'));
    for (const name of ['empty.db', 'real.db', 'link.db'])
      expect(database(`sqlite:///${name}`)).toMatchObject({ path: join(cwd, name) });
  });

  test('the default is checked like any other, and the message says that it is one', () => {
    expect(refused(['database'], { cwd: join(cwd, 'absent') })).toMatch(/^the default database "sqlite:/);
  });
});

describe('PostgreSQL', () => {
  test.each([
    ['postgre:///user@host/db', 'postgresql://user@host/db'],
    ['postgre:///user:pw@host:5433/db', 'postgresql://user:pw@host:5433/db'],
    ['postgre:///host/db', 'postgresql://host/db'],
    ['postgre://user@host/db', 'postgresql://user@host/db'],
    ['postgres://host', 'postgresql://host'],
    ['POSTGRESQL://host/db', 'postgresql://host/db'],
    ['postgresql+psycopg2://u:p@[::1]:5432/db', 'postgresql://u:p@[::1]:5432/db'],
    ['postgresql:///db', 'postgresql:///db'],
    ['postgresql:///db?host=/run/postgresql', 'postgresql:///db?host=/run/postgresql'],
    ['postgresql://u:p@ss/w?rd#%@host/db', 'postgresql://u:p%40ss%2Fw%3Frd%23%25@host/db'],
    ['postgresql://u:p%40ss@host/db', 'postgresql://u:p%40ss@host/db'],
    ['postgresql://host:5432/db?application_name=a@b', 'postgresql://host:5432/db?application_name=a@b'],
    ['postgresql://u:p@host/db?application_name=a@b', 'postgresql://u:p@host/db?application_name=a@b'],
  ])('%s is %s', (given, uri) => {
    expect(postgres(given).uri).toBe(uri);
    expect(URL.canParse(uri)).toBe(true);
  });

  test('several hosts are one database, each with a URI of its own', () => {
    const { uri, uris, shown } = postgres('postgresql://me:p,w@a:5433,[::1],c/db?sslmode=require');
    expect(uri).toBe('postgresql://me:p%2Cw@a:5433,[::1],c/db?sslmode=require');
    expect(uris).toEqual([
      'postgresql://me:p%2Cw@a:5433/db?sslmode=require',
      'postgresql://me:p%2Cw@[::1]/db?sslmode=require',
      'postgresql://me:p%2Cw@c/db?sslmode=require',
    ]);
    expect(shown).toBe('postgresql://me:***@a:5433,[::1],c/db?sslmode=require');
    expect(postgres('postgresql:///db').uris).toEqual(['postgresql:///db']);
    expect(refused(['database'], { argv: ['-u', 'postgresql://me:hunter2@a,b:0/db'] })).toMatch(/has port 0/);
  });

  test('replicas are a list of databases', () => {
    const replicas = (text: string) =>
      read(['replicas'], { env: { MONITOR_SERVER_DATABASE_READ_URIS: text } }).replicas?.map(
        ({ uri }) => uri,
      );
    expect(read(['replicas']).replicas).toBeUndefined();
    expect(replicas('postgresql://u:p@a/db, postgres+psycopg2://b:5433/db')).toEqual([
      'postgresql://u:p@a/db',
      'postgresql://b:5433/db',
    ]);
    const env = { MONITOR_SERVER_DATABASE_READ_URIS: 'postgresql://u:hunter2@a/db,sqlite:///x' };
    expect(refused(['replicas'], { env })).toMatch(
      /^MONITOR_SERVER_DATABASE_READ_URIS=".*names a SQLite file/,
    );
    expect(refused(['replicas'], { env })).not.toContain('hunter2');
  });

  test.each(['.', '..', '%2e', '%2E.'])(
    'a database %s, which is a step of a path in a URI, is refused',
    (name) => {
      expect(refused(['database'], { argv: ['-u', `postgresql://host/${name}`] })).toMatch(
        /names the database "\./,
      );
    },
  );

  const text = string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const databaseName = text.filter((name) => !/^\.{1,2}$/.test(name));
  const word = stringMatching(/^[a-z][a-z0-9-]{0,10}$/);

  test('every part comes back as it was meant, and the password is never shown', () => {
    const scheme = constantFrom('postgre://', 'postgre:///', 'postgres://', 'postgresql+asyncpg://');
    assert(
      property(scheme, text, text, word, integer({ min: 1, max: 65_535 }), databaseName, (...parts) => {
        const [start, user, password, host, port, name] = parts;
        const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
        const { uri, shown } = postgres(`${start}${login}@${host}:${port}/${encodeURIComponent(name)}`);
        const url = new URL(uri);
        expect(decodeURIComponent(url.username)).toBe(user);
        expect(decodeURIComponent(url.password)).toBe(password);
        expect(url.host).toBe(`${host}:${port}`);
        expect(decodeURIComponent(url.pathname)).toBe(`/${name}`);
        expect(shown).toBe(
          `postgresql://${encodeURIComponent(user)}:***@${host}:${port}/${encodeURIComponent(name)}`,
        );
      }),
    );
  });

  test('a password pasted without encoding is understood', () => {
    const raw = string({ minLength: 1, maxLength: 20 }).filter((text) => !/[%?]/.test(text));
    assert(
      property(raw, (password) => {
        const url = new URL(postgres(`postgresql://me:${password}@host/db`).uri);
        expect(decodeURIComponent(url.password)).toBe(password);
        expect(url.hostname).toBe('host');
      }),
    );
  });

  test('whatever is given, the answer is a database or one line, without the password', () => {
    const scheme = constantFrom('postgresql://', 'postgre:///', 'sqlite://', 'mysql://', '');
    assert(
      property(scheme, string({ unit: letter }), (start, rest) => {
        outcome(() => read(['database'], { argv: ['-u', `${start}${rest}x`] }));
      }),
    );
    const message = refused(['database'], { argv: ['-u', 'postgresql://me:hunter2@host:99999/db'] });
    expect(message).toMatch(/^-u "postgresql:\/\/me:\*\*\*@host:99999\/db": has port 99999/);
    expect(refused(['database'], { argv: ['-u', 'mysql://me:hunter2@host/db'] })).not.toContain('hunter2');
  });
});
