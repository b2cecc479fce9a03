import { resolve } from 'node:path';
import { Refusal } from './error.ts';
import { masked } from './mask.ts';

export interface SqliteDatabase {
  readonly kind: 'sqlite';
  /** Absolute. */
  readonly path: string;
  /** `sqlite:///` and the absolute path. */
  readonly uri: string;
}

export interface PostgresDatabase {
  readonly kind: 'postgres';
  /** `postgresql://…` with the driver suffix gone and every part percent-encoded. Holds the password. */
  readonly uri: string;
  /** The same, fit to be printed. */
  readonly shown: string;
}

export type Database = SqliteDatabase | PostgresDatabase;

const forms = 'give sqlite:///file, sqlite:////absolute/file or postgresql://user:password@host/database';
const scheme = /^([a-z]+)(?:\+[a-z0-9_]+)?:\/\/(.*)$/is;

const sqlite = (rest: string, cwd: string): SqliteDatabase => {
  if (!rest.startsWith('/'))
    throw new Refusal(
      rest === ''
        ? `names no file; ${forms}`
        : 'has two slashes where SQLite takes three; give sqlite:///file or sqlite:////absolute/file',
    );
  const name = rest.slice(1);
  if (name === '') throw new Refusal(`names no file; ${forms}`);
  if (name === ':memory:')
    throw new Refusal(
      'would lose everything at the end of the process; give the name of a file, sqlite:///file',
    );
  if (name.includes('?'))
    throw new Refusal('has options after the ?, and SQLite databases take none; give sqlite:///file');
  const path = resolve(cwd, name);
  return { kind: 'sqlite', path, uri: `sqlite:///${path}` };
};

// Passwords are often pasted unencoded. The strict readings come first, so that an @ in an option is not
// taken for the end of a password; the last one allows / ? and @ within the password.
const host = String.raw`(?<host>\[[0-9a-f:.]+\]|[^@:/?#,[\]]*)(?::(?<port>\d{1,5}))?`;
const tail = String.raw`(?:\/(?<name>[^@/?#]*))?(?:\?(?<options>[^#]*))?$`;
const readings = [
  new RegExp(String.raw`^(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@${host}${tail}`, 'is'),
  new RegExp(`^${host}${tail}`, 'is'),
  new RegExp(String.raw`^(?<user>[^:@/?#]*):(?<password>.*?)@${host}${tail}`, 'is'),
];

// A % that begins no valid escape stands for itself.
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
const encoded = (text: string): string => encodeURIComponent(decoded(text));

const postgres = (rest: string): PostgresDatabase => {
  // `postgre:///user@host/db` is how the documents of the original write it. A single word after three
  // slashes is libpq's form for a database on this machine.
  const documented = /^\/[^?]*[@/]/.test(rest);
  const parts = readings
    .map((reading) => reading.exec(documented ? rest.slice(1) : rest)?.groups)
    .find((groups) => groups !== undefined);
  if (!parts) throw new Refusal(`is not a PostgreSQL URI; ${forms}`);
  const { user, password, host = '', port, name, options } = parts;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    throw new Refusal(`has port ${port}, which is none; ${forms}`);
  const login = user ? `${encoded(user)}${password === undefined ? '' : `:${encoded(password)}`}@` : '';
  const place = host.startsWith('[') ? host : encoded(host);
  const uri = [
    `postgresql://${login}${place}`,
    port === undefined ? '' : `:${port}`,
    name === undefined ? '' : `/${encoded(name)}`,
    options === undefined ? '' : `?${options}`,
  ].join('');
  return { kind: 'postgres', uri, shown: masked(uri) };
};

/**
 * Reads a database URI as SQLAlchemy writes it, the forms of the published documents included. Looks at
 * nothing but the text: whether the database can be reached is found out elsewhere. Throws `Refusal`.
 */
export const parseDatabaseUri = (text: string, cwd: string): Database => {
  if (/\p{Cc}/u.test(text)) throw new Refusal(`holds a control character; ${forms}`);
  const [, name = '', rest = ''] = scheme.exec(text) ?? [];
  switch (name.toLowerCase()) {
    case 'sqlite':
      return sqlite(rest, cwd);
    case 'postgre':
    case 'postgres':
    case 'postgresql':
      return postgres(rest);
    default:
      throw new Refusal(`is not a database URI; ${forms}`);
  }
};
