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
  /** The same for each host that is named, in their order: one of them is the primary. */
  readonly uris: readonly string[];
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

// A comma within a URI separates hosts; one before the next scheme, URIs.
const listSeparator = /\s*,\s*(?=[a-z]+(?:\+[a-z0-9_]+)?:\/\/)/i;

// Passwords are often pasted unencoded. The strict readings come first, so that an @ in an option is not
// taken for the end of a password; the last one allows / ? and @ within the password.
const host = String.raw`(?:\[[0-9a-f:.]+\]|[^@:/?#,[\]]*)(?::\d{1,5})?`;
const hosts = `(?<hosts>${host}(?:,${host})*)`;
const tail = String.raw`(?:\/(?<name>[^@/?#]*))?(?:\?(?<options>[^#]*))?$`;
const readings = [
  new RegExp(String.raw`^(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@${hosts}${tail}`, 'is'),
  new RegExp(`^${hosts}${tail}`, 'is'),
  new RegExp(String.raw`^(?<user>[^:@/?#]*):(?<password>.*?)@${hosts}${tail}`, 'is'),
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

/** One host with its port, percent-encoded. */
const placed = (text: string): string => {
  const { name = '', port } = /^(?<name>\[.*\]|[^:]*)(?::(?<port>\d+))?$/.exec(text)?.groups ?? {};
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    throw new Refusal(`has port ${port}, which is none; ${forms}`);
  return `${name.startsWith('[') ? name : encoded(name)}${port === undefined ? '' : `:${port}`}`;
};

const postgres = (rest: string): PostgresDatabase => {
  // `postgre:///user@host/db` is how the documents of the original write it. A single word after three
  // slashes is libpq's form for a database on this machine.
  const documented = /^\/[^?]*[@/]/.test(rest);
  const parts = readings
    .map((reading) => reading.exec(documented ? rest.slice(1) : rest)?.groups)
    .find((groups) => groups !== undefined);
  if (!parts) throw new Refusal(`is not a PostgreSQL URI; ${forms}`);
  const { user, password, hosts = '', name, options } = parts;
  if (/^\.{1,2}$/.test(decoded(name ?? '')))
    throw new Refusal(`names the database "${decoded(name ?? '')}", which a URI cannot; ${forms}`);
  const login = user ? `${encoded(user)}${password === undefined ? '' : `:${encoded(password)}`}@` : '';
  const end = `${name === undefined ? '' : `/${encoded(name)}`}${options === undefined ? '' : `?${options}`}`;
  const places = hosts.split(',').map(placed);
  const spelled = (place: string): string => `postgresql://${login}${place}${end}`;
  const uri = spelled(places.join(','));
  return { kind: 'postgres', uri, uris: places.map(spelled), shown: masked(uri) };
};

/** Reads a list of PostgreSQL URIs, separated by commas. Throws `Refusal`. */
export const parsePostgresUris = (text: string, cwd: string): readonly PostgresDatabase[] =>
  text
    .split(listSeparator)
    .filter((each) => each.trim() !== '')
    .map((each) => {
      const database = parseDatabaseUri(each.trim(), cwd);
      if (database.kind === 'sqlite')
        throw new Refusal(`names a SQLite file, which has no replicas; ${forms}`);
      return database;
    });

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
