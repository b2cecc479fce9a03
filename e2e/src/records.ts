import type { Metric, SessionAnswer } from '@monitor-server/contract';

/** What the server answers in lists; only these keys of it are compared. */
export type StoredSession = Pick<SessionAnswer, 'session_h' | 'run_date' | 'scm_ref' | 'tags'>;

export interface Post {
  serial: number;
  path: string;
  body: object;
}

const sessionLength = 100;

const itemPath = 'tests.test_durability';

/** One record of a hundred is the session of the other ones, and comes when half of them are on their way. */
export const isSession = (serial: number): boolean => serial % sessionLength === sessionLength / 2;

const hash = (kind: string, number: number): string => `${kind}${number.toString(16).padStart(31, '0')}`;

/**
 * The serial number is the metric's total time. Every fourth metric is the first of its test, so that a
 * process is killed while it stores new tests too; sessions change all the time.
 */
const createMetric = (serial: number): Metric => {
  const test = serial % 4 === 0 ? serial : serial % 400;
  return {
    session_h: hash('a', Math.floor(serial / sessionLength)),
    context_h: hash('c', serial % 3),
    item_start_time: '2026-11-22T17:35:40.766245',
    item_path: itemPath,
    item: `test_${test % 100}`,
    item_variant: `test_${test % 100}[${test}]`,
    item_fs_loc: 'tests/test_durability.py',
    kind: 'function',
    component: `lib.${serial % 7}`,
    total_time: serial,
    user_time: 0.01,
    kernel_time: 0,
    cpu_usage: 0.5,
    mem_usage: -0.25,
  };
};

const createSession = (serial: number) => ({
  session_h: hash('a', Math.floor(serial / sessionLength)),
  run_date: '2026-11-22T17:35:40',
  scm_ref: `ref-${serial}`,
  description: { pipeline_branch: `branch-${serial % 5}`, pipeline_build_no: String(serial) },
});

/** The record of that number, as it is posted. */
export const createPost = (serial: number): Post =>
  isSession(serial)
    ? { serial, path: '/api/v1/sessions/', body: createSession(serial) }
    : { serial, path: '/api/v1/metrics/', body: createMetric(serial) };

/** The number of a record that was read back, and whether it is as it was sent. */
export interface Stored {
  serial: number;
  isAsSent: boolean;
}

/** Whether a metric that was read back is one of these. */
export const isSent = ({ item_path }: Metric): boolean => item_path === itemPath;

/** Whether a session that was read back is one of these. */
export const isSentSession = ({ session_h }: StoredSession): boolean => session_h.startsWith('a0000000');

export const readMetric = (metric: Metric): Stored => {
  const serial = metric.total_time;
  const sent = createMetric(serial);
  return {
    serial,
    isAsSent: (Object.keys(sent) as (keyof Metric)[]).every((key) => metric[key] === sent[key]),
  };
};

export const readSession = ({ session_h, run_date, scm_ref, tags }: StoredSession): Stored => {
  const serial = Number.parseInt(session_h.slice(1), 16) * sessionLength + sessionLength / 2;
  const sent = createSession(serial);
  const description = Object.fromEntries(tags.map(({ name, value }) => [name, value]));
  return {
    serial,
    isAsSent: JSON.stringify({ session_h, run_date, scm_ref, description }) === JSON.stringify(sent),
  };
};
