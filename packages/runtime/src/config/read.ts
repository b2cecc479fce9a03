import { availableParallelism } from 'node:os';
import { ConfigError, quoted, Refusal } from './error.ts';
import { readFlags } from './flags.ts';
import {
  settings,
  type Given,
  type Setting,
  type SettingKey,
  type Surroundings,
  type Values,
} from './settings.ts';

/** The values asked for, and for each what it was read from (secrets masked; `undefined` where not given). */
export type Settings<Key extends SettingKey = SettingKey> = {
  readonly [K in Key]: Values[K];
} & { readonly given: { readonly [K in Key]: Given | undefined } };

export interface Source extends Surroundings {
  /** The arguments after the script's name. */
  readonly argv: readonly string[];
}

const isSet = (text: string | undefined): text is string => text !== undefined && text.trim() !== '';

const blamed = ({ by, text }: Given, name: string): string => {
  if (by === 'default') return `the default ${name} ${quoted(text)}`;
  return by.startsWith('-') ? `${by} ${quoted(text)}` : `${by}=${quoted(text)}`;
};

// Without `show`, so that settings of any type fit.
type Readable = Pick<Setting<unknown>, 'name' | 'flag' | 'variable' | 'fallback' | 'parse' | 'mask'>;

const readOne = (
  { name, flag, variable, fallback, parse, mask = String }: Readable,
  texts: ReadonlyMap<string, string>,
  surroundings: Surroundings,
): { value?: unknown; given?: Given } => {
  const byFlag = flag && texts.get(flag.letter);
  const byVariable = surroundings.env[variable];
  const given =
    flag && byFlag !== undefined
      ? { by: `-${flag.letter}`, text: byFlag }
      : isSet(byVariable)
        ? { by: variable, text: byVariable }
        : fallback?.(surroundings);
  if (given === undefined) return {};
  const shown = { by: given.by, text: mask(given.text) };
  try {
    return { value: parse(given.text, surroundings), given: shown };
  } catch (error) {
    if (error instanceof Refusal) throw new ConfigError(`${blamed(shown, name)}: ${error.message}`);
    throw error;
  }
};

const checkTogether = ({ database, queueUri, given }: Partial<Settings>): void => {
  if (database?.kind !== 'sqlite' || queueUri === undefined || !given?.queueUri) return;
  throw new ConfigError(
    `${blamed(given.queueUri, settings.queueUri.name)}: SQLite takes no queue URI, only PostgreSQL does; ` +
      'unset it, or name a postgresql:// database with -u or MONITOR_SERVER_DATABASE_URI',
  );
};

const readFrom = <Result>(
  table: Readonly<Record<SettingKey, Readable>>,
  keys: readonly SettingKey[],
  { argv, env, cwd }: Source,
): Result => {
  const { texts } = readFlags(argv, keys);
  const read = keys.map((key) => ({ key, ...readOne(table[key], texts, { env, cwd }) }));
  // The table gives every key its own type, which TypeScript cannot follow through `fromEntries`.
  // oxlint-disable-next-line no-unsafe-type-assertion
  const result = {
    ...Object.fromEntries(read.map(({ key, value }) => [key, value])),
    given: Object.fromEntries(read.map(({ key, given }) => [key, given])),
  } as unknown as Result & Partial<Settings>;
  checkTogether(result);
  return result;
};

/**
 * Reads the settings named by `keys`, and no others. Flags beat variables, a variable set to nothing counts as
 * unset, relative paths start at `cwd`. Files and folders are checked, nothing is created. Throws `ConfigError`.
 */
export const readSettings = <Key extends SettingKey>(keys: readonly Key[], source: Source): Settings<Key> =>
  readFrom<Settings<Key>>(settings, keys, source);

/** What a service reads that runs alone: it needs no log folder. */
export type ServiceSettings<Key extends SettingKey> = Omit<Settings<Key>, 'logFolder'> & {
  readonly logFolder: string | undefined;
};

const { fallback: _, ...logFolder } = settings.logFolder;

/** The same for a service that runs alone: it logs to a folder only where it is given one. */
export const readServiceSettings = <Key extends SettingKey>(
  keys: readonly Key[],
  source: Source,
): ServiceSettings<Key> => readFrom<ServiceSettings<Key>>({ ...settings, logFolder }, keys, source);

/** A `ConfigError` about a setting that proved wrong only in use, such as a port that is taken. */
export const settingError = <Key extends SettingKey>(
  { given }: { readonly given: { readonly [K in Key]: Given | undefined } },
  key: Key,
  problem: string,
): ConfigError => {
  const { variable, name } = settings[key];
  const source = given[key];
  return new ConfigError(`${source ? blamed(source, name) : `${variable} (not set)`}: ${problem}`);
};

/** How many HTTP processes there will be: as asked, at most one a core, and one in development. */
export const processCount = (
  { environment, workers }: Pick<Values, 'environment' | 'workers'>,
  cores: number = availableParallelism(),
): number => (environment === 'development' ? 1 : Math.max(1, Math.min(workers, cores)));
