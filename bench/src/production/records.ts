import type { StoredRecord } from '@monitor-server/contract';
import { history, traffic, type Line } from '../skew.ts';
import type { World } from '../world.ts';

/** A line as it is stored, which is what reading its post gives. */
const recordOf = (line: Line): StoredRecord => {
  if (line.type !== 'session') return { type: line.type, value: line.body } as StoredRecord;
  const { session_h, run_date, scm_ref, description } = line.body;
  return { type: 'session', value: { session_h, run_date, scm_ref, tags: Object.entries(description) } };
};

/** So many skewed metrics with their sessions and contexts, in the order in which they were made, in lists of `size`. */
export function* recordLists(world: World, metrics: number, size: number): Generator<StoredRecord[]> {
  let records: StoredRecord[] = [];
  for (const line of traffic(world, history(metrics))) {
    records.push(recordOf(line));
    if (records.length < size) continue;
    yield records;
    records = [];
  }
  if (records.length > 0) yield records;
}
