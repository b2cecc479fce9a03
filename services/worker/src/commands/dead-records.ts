import { ConfigError, type Database, type Source } from '@monitor-server/runtime/config';
import { openSqliteDeadRecords, type DeadRecord, type DeadRecords } from '@monitor-server/store';
import { closedAfter, onDatabase } from './database.ts';
import { done, type Outcome } from './outcome.ts';
import { readArguments, wholeNumber } from './usage.ts';

const USAGE = `Records that the database refused for their content, or that came too late.
  list [--after ID] [--limit N] [--json]   oldest first, 20 unless told
  show ID                                  one record as JSON, with the reason
  replay ID… | --all                       stores them now; each is stored once
The database is that of MONITOR_SERVER_DATABASE_URI. With SQLite, stop the server before a replay.`;

const options = {
  after: { type: 'string' },
  limit: { type: 'string' },
  json: { type: 'boolean' },
  all: { type: 'boolean' },
} as const;

async function open(database: Database): Promise<DeadRecords> {
  if (database.kind === 'sqlite') return openSqliteDeadRecords(database.path);
  const { openDeadRecords } = await import('@monitor-server/store/postgres');
  return openDeadRecords({ uris: database.uris });
}

/** The record as JSON, or the text where it is none. */
function contentOf({ record }: DeadRecord): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return record;
  }
}

function spelled(record: DeadRecord) {
  const { id, batch, error, diedAt } = record;
  return { id, batch, died_at: new Date(diedAt).toISOString(), error, record: contentOf(record) };
}

/** Runs one subcommand. */
async function run(records: DeadRecords, args: readonly string[]): Promise<Outcome> {
  const { values, positionals } = readArguments(args, options, USAGE);
  const [command = '', ...names] = positionals;
  const ids = names.map((name) => wholeNumber(name, 1, USAGE));
  if (command === 'list' && ids.length === 0) {
    const after = values.after === undefined ? {} : { after: wholeNumber(values.after, 0, USAGE) };
    const limit = values.limit === undefined ? 20 : wholeNumber(values.limit, 1, USAGE);
    const found = await records.list({ ...after, limit });
    const line = (record: DeadRecord): string => {
      const { id, died_at, error } = spelled(record);
      return values.json === true
        ? JSON.stringify(spelled(record))
        : `${String(id).padStart(8)}  ${died_at}  ${error}`;
    };
    return done(found.length > 0 ? found.map(line) : ['There are none.']);
  }
  if (command === 'show' && ids.length === 1) {
    const record = await records.get(ids[0] ?? 0);
    return record === undefined
      ? { lines: [`There is no dead record ${ids[0]}.`], code: 1 }
      : done([JSON.stringify(spelled(record), undefined, 2)]);
  }
  if (command === 'replay' && (values.all === true) !== ids.length > 0) {
    const { stored, refused, missing } = await records.replay(values.all === true ? 'all' : ids);
    const line = `${stored} stored, ${refused} refused again, ${missing} not there`;
    return { lines: [line], code: refused + missing > 0 ? 1 : 0 };
  }
  throw new ConfigError(USAGE);
}

/** Looks at the records that could not be stored, or stores them. Throws a ConfigError for what it does not know. */
export function deadRecords(source: Source): Promise<Outcome> {
  return onDatabase(source, async (database) =>
    closedAfter(await open(database), (records) => run(records, source.argv)),
  );
}
