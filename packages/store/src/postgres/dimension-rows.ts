import type { PoolClient } from 'pg';
import { digest } from '../digest.ts';
import { byteStrings } from './arrays.ts';

/** What metrics refer to, by the table that has it. */
export type Dimension = 'component' | 'test' | 'session' | 'context';

type Columns = readonly (readonly [name: string, type: 'text' | 'integer'])[];

/**
 * Finds rows by their keys, and makes those that are missing. One that another transaction makes at the same moment is
 * not among the answers: it is found when the statement is run again. Keys are inserted in order, so that two
 * transactions that make the same rows never wait for each other in a circle.
 */
function statement(table: Dimension, columns: Columns): string {
  const names = columns.map(([name]) => name).join(', ');
  const parameters = columns.map(([, type], index) => `$${index + 2}::${type}[]`).join(', ');
  return `WITH found AS MATERIALIZED (SELECT id, key FROM ${table} WHERE key = ANY ($1::bytea[])),
    made AS (
      INSERT INTO ${table} (key, ${names})
      SELECT key, ${names} FROM unnest($1::bytea[], ${parameters}) AS given (key, ${names})
      WHERE key NOT IN (SELECT key FROM found) ORDER BY key
      ON CONFLICT DO NOTHING RETURNING id, key)
    SELECT id, key FROM found UNION ALL SELECT id, key FROM made`;
}

const STATEMENTS: Record<Dimension, string> = {
  component: statement('component', [['name', 'text']]),
  test: statement('test', [
    ['item', 'text'],
    ['item_variant', 'text'],
    ['item_path', 'text'],
    ['item_fs_loc', 'text'],
    ['kind', 'text'],
    ['component_id', 'integer'],
  ]),
  session: statement('session', [['h', 'text']]),
  context: statement('context', [['h', 'text']]),
};

/** Rows are never removed, so what was in the way the first time is found the second time. */
const ROUNDS = 3;

/**
 * The ids of the rows of a dimension that have these identities, found or made. `columnsOf` gives the columns of those
 * that it is asked for, each as one parameter.
 */
export async function identify(
  client: PoolClient,
  table: Dimension,
  identities: Iterable<string>,
  columnsOf: (wanted: readonly string[]) => Buffer[],
): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  let wanted = [...identities];
  for (let round = 1; wanted.length > 0; round++) {
    if (round > ROUNDS) throw new Error(`rows of the table ${table} vanish`);
    const keys = wanted.map(digest);
    const { rows } = await client.query<{ id: number; key: Buffer }>(STATEMENTS[table], [
      byteStrings(keys),
      ...columnsOf(wanted),
    ]);
    const found = new Map(rows.map(({ id, key }) => [key.toString('latin1'), id]));
    wanted = wanted.filter((text, at) => {
      const id = found.get(keys[at]?.toString('latin1') ?? '');
      if (id !== undefined) ids.set(text, id);
      return id === undefined;
    });
  }
  return ids;
}
