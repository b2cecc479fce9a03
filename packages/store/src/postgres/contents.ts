import type { PoolClient } from 'pg';
import { CONTENT_TABLES, type Contents } from '../copies.ts';

const FIND = `SELECT name FROM unnest($1::text[]) AS wanted (name) WHERE to_regclass(name) IS NOT NULL`;

/** Counts what is in a database of ours; a table that its schema does not have yet is left out. */
export async function contentsOf(client: PoolClient): Promise<Contents> {
  const { rows } = await client.query<{ name: string }>(FIND, [CONTENT_TABLES]);
  const contents: Record<string, number> = {};
  for (const { name } of rows) {
    const { rows: counted } = await client.query<{ n: number }>(`SELECT count(*) AS n FROM ${name}`);
    contents[name] = counted[0]?.n ?? 0;
  }
  return contents;
}
