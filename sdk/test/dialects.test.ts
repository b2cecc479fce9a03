import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contexts, Metrics, Monitor, Sessions, type Progress } from '../src/index.ts';
import { calls } from './calls.ts';
import { documented } from './documented.ts';
import { writePymon } from './pymon.ts';
import { recordedCalls } from './recorded-calls.ts';
import { startServer, type Server } from './server.ts';
import { project } from './project.ts';
import { failingComparisons, statisticsCalls } from './statistics-calls.ts';

const SERIAL = fileURLToPath(new URL('fixtures/serial.pymon', import.meta.url));

let folder: string;
let file: string;
let projectServer: Server;
let serialServer: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'monitor-sdk-'));
  file = writePymon(join(folder, 'project.pymon'), project);
  [projectServer, serialServer] = await Promise.all([startServer(), startServer()]);
  await new Monitor(projectServer.base).upload(file);
  await new Monitor(serialServer.base).upload(SERIAL);
});

afterAll(async () => {
  await Promise.all([projectServer.stop(), serialServer.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** An answer as the table of calls has it. */
function outline(answer: unknown): unknown {
  if (answer instanceof Metrics) return Array.from(answer, (metric) => metric.toRecord());
  return answer instanceof Sessions || answer instanceof Contexts ? [...answer.keys()] : answer;
}

/** An answer in every detail. */
function detail(answer: unknown): unknown {
  if (answer instanceof Sessions) return Array.from(answer.values(), (session) => session.toRecord());
  if (answer instanceof Contexts) return Array.from(answer.values(), (context) => context.toRecord());
  return outline(answer);
}

describe('every documented call answers the same', () => {
  test('all of them are called', () => {
    const called = new Set(Object.keys(calls).map((name) => name.split(' ')[0]));
    const camelCase = documented.map((name) =>
      name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    );
    expect(camelCase.filter((name) => !called.has(name))).toEqual([]);
  });

  test.each(Object.entries({ ...calls, ...statisticsCalls }))('%s', async (_name, [call, answer]) => {
    await using local = new Monitor(file);
    const read = await call(local);
    expect(outline(read)).toEqual(answer);
    expect(detail(await call(new Monitor(projectServer.base)))).toEqual(detail(read));
  });

  test.each(Object.entries(recordedCalls))('over a recorded file: %s', async (_name, call) => {
    await using local = new Monitor(SERIAL);
    const read = detail(await call(local));
    expect(read).not.toBeOneOf([undefined, 0]);
    expect(read).not.toEqual([]);
    expect(detail(await call(new Monitor(serialServer.base)))).toEqual(read);
  });
});

describe('statistics through a monitor', () => {
  test.each(Object.entries(failingComparisons))('%s cannot be compared', async (_name, [call, message]) => {
    await using local = new Monitor(file);
    for (const monitor of [local, new Monitor(projectServer.base)]) {
      await expect(call(monitor)).rejects.toThrow(message);
    }
  });

  test('tell how many metrics are read, and end with their signal', async () => {
    await using local = new Monitor(file);
    for (const monitor of [local, new Monitor(projectServer.base)]) {
      const read: number[] = [];
      const onProgress = ({ done }: Progress): void => void read.push(done);
      const { a, b } = await monitor.compareBuilds('main', '1', '2', { onProgress });
      expect(read.at(-1)).toBe(a.metrics + b.metrics);
      await monitor.summarize('build', { onProgress });
      expect(read.at(-1)).toBe(project.metrics.length);
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(monitor.compareBuilds('main', '1', '2', { signal })).rejects.toThrow('enough');
      await expect(monitor.summarize('build', { signal })).rejects.toThrow('enough');
    }
  });
});
