import { randomBytes } from 'node:crypto';
import {
  BUILD_TAG,
  PIPELINE_TAG,
  type Batch,
  type Context,
  type Metric,
  type RecordKey,
  type Session,
  type StoredRecord,
  type TagPair,
} from '@monitor-server/contract';

/** A UUIDv7 of that millisecond. */
export function batchId(milliseconds = Date.now()): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  const random = randomBytes(9).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6)}`;
}

export function batchOf(records: readonly StoredRecord[], milliseconds?: number): Batch {
  return { id: batchId(milliseconds), records };
}

/** A hash that no other test has. */
export function newHash(): string {
  return randomBytes(16).toString('hex');
}

export function metric(given: Partial<Metric> = {}, key?: RecordKey): StoredRecord & { value: Metric } {
  const value = {
    session_h: 'session',
    context_h: 'context',
    item_start_time: '2024-03-01T10:11:12.123456',
    item_path: 'pkg.test_module',
    item: 'test_item',
    item_variant: 'test_item[1]',
    item_fs_loc: 'pkg/test_module.py',
    kind: 'function',
    component: 'lib',
    total_time: 0.25,
    user_time: 0.125,
    kernel_time: 0.01,
    cpu_usage: 0.54,
    mem_usage: 3.5,
    ...given,
  };
  return { type: 'metric', value, ...(key === undefined ? {} : { key }) };
}

export function session(given: Partial<Session> = {}): StoredRecord & { value: Session } {
  const value = {
    session_h: newHash(),
    run_date: '2024-03-01T10:11:12.123456',
    scm_ref: 'f41cefd139e4990e7068fe34b39144608cba356d',
    tags: [],
    ...given,
  };
  return { type: 'session', value };
}

export function context(given: Partial<Context> = {}): StoredRecord & { value: Context } {
  const value = {
    h: newHash(),
    cpu_count: 2,
    cpu_frequency: 2596.12,
    cpu_type: 'x86_64',
    cpu_vendor: 'AMD EPYC',
    ram_total: 24_105,
    machine_node: 'localhost',
    machine_type: 'x86_64',
    machine_arch: '64bit',
    system_info: 'Linux - 6.18',
    python_info: '3.11.2 (main)',
    ...given,
  };
  return { type: 'context', value };
}

/** The tags that put a session into a pipeline, and into a build where one is named. */
export function ciTags(pipeline: string, build?: string): TagPair[] {
  return [[PIPELINE_TAG, pipeline], ...(build === undefined ? [] : [[BUILD_TAG, build] as const])];
}
