import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contexts, Metrics, Monitor, Sessions } from '../src/index.ts';
import { calls } from './calls.ts';
import { writePymon } from './pymon.ts';
import { recordedCalls } from './recorded-calls.ts';
import { startServer, type Server } from './server.ts';
import { project } from './project.ts';

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
  test.each(Object.entries(calls))('%s', async (_name, [call, answer]) => {
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
