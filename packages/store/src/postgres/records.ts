import type { Context, Metric, RecordKey, Session, StoredRecord } from '@monitor-server/contract';
import { resources, storedTime } from '@monitor-server/contract/values';
import { digest, testIdentity } from '../digest.ts';

interface Origin {
  /** The id of the batch that it came in. */
  readonly batch: string;
  /** What is set aside where the database refuses it. */
  readonly record: StoredRecord;
}

/** A metric, with what is made of its texts. */
export interface ReadyMetric extends Origin {
  readonly type: 'metric';
  readonly value: Metric;
  /** See `testIdentity`. */
  readonly test: string;
  readonly micros: number;
  /** The time as sent, where the canonical form would read differently. */
  readonly startText: string | null;
  readonly key: ReadyKey | undefined;
}

export interface ReadyKey {
  readonly digest: Buffer;
  readonly days: number | undefined;
}

export interface ReadySession extends Origin {
  readonly type: 'session';
  readonly value: Session;
  readonly micros: number;
}

export interface ReadyContext extends Origin {
  readonly type: 'context';
  readonly value: Context;
}

/** A record that looks as if the database will take it. */
export type ReadyRecord = ReadyMetric | ReadySession | ReadyContext;

const METRIC_TEXTS = [
  'session_h',
  'context_h',
  'item_path',
  'item',
  'item_variant',
  'item_fs_loc',
  'kind',
  'component',
] as const satisfies (keyof Metric)[];

function checkText(name: string, text: unknown): void {
  if (typeof text !== 'string') throw new TypeError(`${name} is not a text`);
  if (text.includes('\0')) throw new TypeError(`${name} holds U+0000, which PostgreSQL cannot store`);
}

function readyKey({ text, days }: RecordKey): ReadyKey {
  return { digest: digest(text), days };
}

function readyMetric(origin: Origin, value: Metric, key: RecordKey | undefined): ReadyMetric {
  for (const name of METRIC_TEXTS) checkText(name, value[name]);
  for (const name of resources) {
    if (!Number.isFinite(value[name])) throw new TypeError(`${name} is not a number`);
  }
  const { micros, text } = storedTime(value.item_start_time);
  const test = testIdentity(value);
  return { ...origin, type: 'metric', value, test, micros, startText: text, key: key && readyKey(key) };
}

function readySession(origin: Origin, value: Session): ReadySession {
  checkText('session_h', value.session_h);
  if (value.scm_ref !== null) checkText('scm_ref', value.scm_ref);
  for (const [name, text] of value.tags) {
    checkText('the name of a tag', name);
    checkText('the text of a tag', text);
  }
  return { ...origin, type: 'session', value, micros: storedTime(value.run_date).micros };
}

function readyContext(origin: Origin, value: Context): ReadyContext {
  checkText('h', value.h);
  return { ...origin, type: 'context', value };
}

/**
 * Makes a record ready to be stored, or throws where that is impossible. One that only the database refuses costs far
 * more than a look at each.
 */
export function readyRecord(batch: string, record: StoredRecord): ReadyRecord {
  const origin = { batch, record };
  if (record.type === 'metric') return readyMetric(origin, record.value, record.key);
  return record.type === 'session' ? readySession(origin, record.value) : readyContext(origin, record.value);
}
