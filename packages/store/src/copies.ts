import { StoreError } from './store.ts';

/** What a store holds that does not follow from something else, by table: how many rows. */
export type Contents = Readonly<Record<string, number>>;

/** Every table with rows of its own, in both stores. */
export const CONTENT_TABLES = [
  'metric',
  'session',
  'session_tag',
  'context',
  'test',
  'component',
  'pipeline',
  'build',
  'metric_key',
  'dead_record',
  'access_token',
] as const;

/** Whether a store holds nothing yet. */
export function isEmpty(contents: Contents): boolean {
  return Object.values(contents).every((rows) => rows === 0);
}

/** Makes sure that a copy has what the original had. Throws a StoreError that names what differs. */
export function checkCopy(original: Contents, copy: Contents): void {
  const faults = Object.entries(original)
    .filter(([table, rows]) => copy[table] !== rows)
    .map(([table, rows]) => `${copy[table] ?? 0} rows of ${table} instead of ${rows}`);
  if (faults.length > 0) throw new StoreError('unusable', `the copy has ${faults.join(', ')}`);
}

/** A store that holds something is never written over. */
export function notEmpty(contents: Contents): StoreError {
  const { metric = 0, session = 0 } = contents;
  return new StoreError(
    'unusable',
    `it is not empty: it holds ${metric} metrics and ${session} sessions; name an empty database`,
  );
}
