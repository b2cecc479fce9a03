import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorCode, quoted, Refusal } from './error.ts';
import { wholeNumber } from './number.ts';
import type { QueueAddress, RedisAccess, RedisDatabase, RedisHost, RedisLogin } from './queue-address.ts';

const forms =
  'give redis://host:6379, rediss://user:password@host:6379/0, redis+sentinel://host:26379,host:26379/master ' +
  'or redis+cluster://host:6379,host:6379';
const scheme = /^(redis|rediss)(?:\+(sentinel|cluster))?:\/\/(.*)$/is;

// The strict readings come first, so that an @ in an option is not taken for the end of a password; the last one
// is for passwords that were pasted without encoding.
const host = String.raw`(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::\d{1,5})?`;
const hosts = `(?<hosts>${host}(?:,${host})*)`;
const tail = String.raw`(?:\/(?<path>[^@?#]*))?(?:\?(?<options>[^#]*))?$`;
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

const parsePort = wholeNumber({ from: 1, to: 65_535, what: 'a port' });
const parseDb = wholeNumber({ from: 0, to: 1_000_000, what: 'the number of a database' });
const parseReplicas = wholeNumber({ from: 0, to: 100, what: 'how many replicas must have a batch' });

/** Runs a parser of a part of the URI, so that what it refuses names that part. */
const part = <T>(name: string, text: string, parse: (text: string) => T): T => {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(`has ${name} ${quoted(text)}, which ${error.message}`);
    throw error;
  }
};

const parseHost = (text: string, usualPort: number): RedisHost => {
  const { name = '', port } = /^(?<name>\[.*\]|[^:]*)(?::(?<port>\d+))?$/.exec(text)?.groups ?? {};
  return {
    host: name.replace(/^\[(.*)\]$/, '$1'),
    port: port === undefined ? usualPort : part('the port', port, parsePort),
  };
};

const parsePrefix = (text: string): string => {
  if (!/^[a-z0-9._-]{1,100}$/i.test(text))
    throw new Refusal('cannot begin the names of keys; give letters, digits, dots, hyphens and underscores');
  return text;
};

const readAuthority = (text: string, cwd: string): string => {
  const path = resolve(cwd, text);
  const wanted = 'give the PEM file of the authority that signed the certificate of Redis';
  const pem = (() => {
    try {
      return readFileSync(path, 'latin1');
    } catch (error) {
      throw new Refusal(`cannot be read (${errorCode(error)}); ${wanted}`);
    }
  })();
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Refusal(`holds no certificate; ${wanted}`);
  return pem;
};

type Options = ReadonlyMap<string, string>;

const parseOptions = (text: string | undefined, known: readonly string[]): Options => {
  const pairs = (text ?? '').split('&').filter((pair) => pair !== '');
  const options = new Map<string, string>();
  for (const pair of pairs) {
    const [name = ''] = pair.split('=', 1);
    if (!known.includes(name))
      throw new Refusal(`has the option ${quoted(name)}, which means nothing here; give ${known.join(', ')}`);
    if (options.has(name)) throw new Refusal(`has the option ${name} twice; give it once`);
    options.set(name, decoded(pair.slice(name.length + 1)));
  }
  return options;
};

const readOption = <T>(options: Options, name: string, parse: (text: string) => T): T | undefined => {
  const text = options.get(name);
  return text === undefined ? undefined : part(`the option ${name}`, text, parse);
};

const parseLogin = (user: string | undefined, password: string | undefined): RedisLogin | undefined => {
  if (user === undefined || (user === '' && !password)) return undefined;
  if (!password)
    throw new Refusal('has something before the @, but no password; give user:password@, or :password@');
  return { user: user === '' ? undefined : decoded(user), password: decoded(password) };
};

const parseSentinelLogin = (options: Options): RedisLogin | undefined => {
  const user = options.get('sentinelUser');
  const password = options.get('sentinelPassword');
  if (password !== undefined) return { user, password };
  if (user !== undefined) throw new Refusal('has a sentinelUser without a sentinelPassword; give both');
  return undefined;
};

/**
 * The URI without secrets. Works on malformed ones too, since those are shown in error messages; it rather hides
 * too much than too little, such as a password that was given in place of a user.
 */
export const maskQueueUri = (uri: string): string =>
  uri
    .replace(/^([^:]*:\/{2,3}[^:/@?]*):.*@/s, '$1:***@')
    .replace(/^([^:]*:\/{2,3})(?!.*:\*\*\*@).*@/s, '$1***@')
    .replaceAll(/(password=)[^&]*/gi, '$1***');

/**
 * Reads the address of a Redis: one server, a group watched by Sentinel or a cluster, each with TLS or without. Files
 * named by it are read, with relative paths starting at `cwd`; nothing is connected to. Throws `Refusal`.
 */
export const parseQueueUri = (text: string, cwd: string): QueueAddress => {
  const uri = text.trim();
  if (/\p{Cc}/u.test(uri)) throw new Refusal(`holds a control character; ${forms}`);
  const [, name = '', variant = 'server', rest = ''] = scheme.exec(uri) ?? [];
  const kind = variant.toLowerCase();
  const parts = readings.map((reading) => reading.exec(rest)?.groups).find((groups) => groups !== undefined);
  if (name === '' || !parts) throw new Refusal(`is not the URI of a Redis; ${forms}`);

  const secure = name.toLowerCase() === 'rediss';
  const options = parseOptions(parts.options, [
    'prefix',
    ...(secure ? ['ca'] : []),
    ...(kind === 'cluster' ? [] : ['replicas']),
    ...(kind === 'sentinel' ? ['sentinelUser', 'sentinelPassword'] : []),
  ]);
  const access: RedisAccess = {
    login: parseLogin(parts.user, parts.password),
    tls: secure ? { ca: readOption(options, 'ca', (path) => readAuthority(path, cwd)) } : undefined,
    prefix: readOption(options, 'prefix', parsePrefix),
    shown: maskQueueUri(uri),
  };
  const path = (parts.path ?? '').split('/').map(decoded);
  const placed = (usualPort: number): RedisHost[] =>
    (parts.hosts ?? '').split(',').map((each) => parseHost(each, usualPort));
  const database = (db: string | undefined): RedisDatabase => ({
    db: db ? part('the database', db, parseDb) : 0,
    replicas: readOption(options, 'replicas', parseReplicas) ?? 0,
  });

  switch (kind) {
    case 'cluster': {
      if (path.join('/') !== '' && path.join('/') !== '0')
        throw new Refusal(`names a database, and a cluster has none but 0; ${forms}`);
      return { kind, hosts: placed(6_379), ...access };
    }
    case 'sentinel': {
      const [master = '', db, ...more] = path;
      if (master === '' || more.length > 0)
        throw new Refusal(
          'names no master; give redis+sentinel://host:26379,host:26379/master, or …/master/0',
        );
      const sentinelLogin = parseSentinelLogin(options);
      return { kind, hosts: placed(26_379), master, sentinelLogin, ...database(db), ...access };
    }
    default: {
      const [server, ...others] = placed(6_379);
      if (server === undefined || others.length > 0)
        throw new Refusal(
          'names several hosts; give redis+sentinel://host,host/master for those of a Sentinel, ' +
            'redis+cluster://host,host for those of a cluster',
        );
      const [db, ...more] = path;
      if (more.length > 0) throw new Refusal(`has more than a database after its host; ${forms}`);
      return { kind: 'server', hosts: [server], ...database(db), ...access };
    }
  }
};
