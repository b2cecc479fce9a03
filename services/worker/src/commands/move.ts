import { ConfigError, quoted, settingError, settings, type Source } from '@monitor-server/runtime/config';
import { describeContents } from './copies.ts';
import { onDatabase } from './database.ts';
import { readArguments } from './usage.ts';

const USAGE = `Moves an embedded server's database into that of MONITOR_SERVER_DATABASE_URI, an empty one of PostgreSQL.
  move sqlite:///FILE   stop the embedded server before; its file stays as it is
All of it is moved or nothing, with the orders of all lists, the keys of imported lines, dead records and access tokens.`;

function sourceOf({ argv, env, cwd }: Source): string {
  const [text, ...rest] = readArguments(argv, {}, USAGE).positionals;
  if (text === undefined || rest.length > 0) throw new ConfigError(USAGE);
  try {
    const database = settings.database.parse(text, { env, cwd });
    if (database.kind === 'sqlite') return database.path;
  } catch (error) {
    throw new ConfigError(`${quoted(text)}: ${(error as Error).message}`);
  }
  throw new ConfigError(`${quoted(text)}: is no SQLite database; give sqlite:///file\n${USAGE}`);
}

/** Moves a SQLite store to PostgreSQL; `log` hears how far it is. Throws a ConfigError where that cannot be done. */
export async function move(
  source: Source,
  log: { info(line: string): void; warn(line: string): void },
): Promise<string[]> {
  const path = sourceOf(source);
  return onDatabase(source, async (database, read) => {
    if (database.kind === 'sqlite') {
      throw settingError(read, 'database', 'is where to move it to; name a PostgreSQL database');
    }
    const { moveToPostgres } = await import('@monitor-server/store/postgres');
    const contents = await moveToPostgres({ path, uris: database.uris, log });
    return [`${database.shown} holds what ${path} holds:`, ...describeContents(contents)];
  });
}
