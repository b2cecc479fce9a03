import { readFileSync } from 'node:fs';
import { commonHeaders } from '@monitor-server/bench/get';
import { readSession, request, type Metric, type Session, type SessionPost } from '@monitor-server/testing';
import { walk } from '../walk.ts';

interface Line {
  method: string;
  path: string;
  content_type: string | null;
  body: unknown;
  expect_status: number;
}

const fixtures = new URL('../../../services/standalone/test/contract/fixtures/', import.meta.url);

const recordings = ['serial', 'xdist4-gitlab', 'jenkins'];

const read = (name: string): Line[] =>
  readFileSync(new URL(`${name}.ndjson`, fixtures), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

/** What was recorded of pytest-monitor, sent to an empty server and read back. */
export interface Replay {
  sent: number;
  otherAnswers: number;
  /** Metrics and sessions that were not read back as they were sent, in their order. */
  altered: number;
}

/** Sends what was recorded through the gateway, one request after another, and compares what is stored. */
export const replay = async (port: number): Promise<Replay> => {
  const base = `http://127.0.0.1:${port}`;
  const lines = recordings.flatMap(read);
  let otherAnswers = 0;
  for (const { method, path, content_type, body, expect_status } of lines) {
    const { status } = await request(base, path, {
      method,
      headers: {
        ...commonHeaders,
        ...(content_type === null ? {} : { 'content-type': content_type }),
        // Read back as soon as it is answered: the next one may ask for it.
        ...(method === 'POST' ? { prefer: 'wait=20' } : {}),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
    // The context is the same in all recordings, and only the first does not find it.
    if (status !== expect_status && !(method === 'GET' && status === 200)) otherAnswers++;
  }

  const posted = (resource: string): unknown[] =>
    lines
      .filter(({ method, path }) => method === 'POST' && path.endsWith(`/${resource}/`))
      .map(({ body }) => body);
  const sessions = new Map((posted('sessions') as SessionPost[]).map((each) => [each.session_h, each]));
  const stored = await Array.fromAsync(walk<Metric>(port, '/api/v1/metrics/', 'metrics'));
  const storedSessions = await Array.fromAsync(walk<Session>(port, '/api/v1/sessions/', 'sessions'));
  return {
    sent: lines.length,
    otherAnswers,
    altered:
      differences(posted('metrics') as Metric[], stored.flat()) +
      differences([...sessions.values()].map(readSession), storedSessions.flat()),
  };
};

/** How many of two lists differ, place by place, whatever the order of their keys. */
const differences = (wanted: readonly object[], got: readonly object[]): number => {
  const text = (row: object | undefined): string =>
    JSON.stringify(Object.entries(row ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return Array.from({ length: Math.max(wanted.length, got.length) }, (_, at) => at).filter(
    (at) => text(wanted[at]) !== text(got[at]),
  ).length;
};
