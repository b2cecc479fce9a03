import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import stringWidth from 'string-width';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writePymon } from '../pymon.ts';
import { startStub } from '../stub.ts';
import { world } from './world.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monitor-cli-'));
  writePymon(join(folder, '.pymon'), world);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command does not start from nothing every time. */
const environment = {
  PATH: process.env['PATH'],
  TERM: 'xterm',
  NODE_COMPILE_CACHE: join(tmpdir(), 'monitor-server-compile-cache'),
};

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a line of shell where a `.pymon` file is; `$MONITOR` is the command. */
function shell(line: string): Promise<Ended> {
  return new Promise((resolve) => {
    const options = {
      cwd: folder,
      env: { ...environment, MONITOR: `${process.execPath} ${MAIN}` },
    };
    const child = execFile(
      '/bin/bash',
      ['--norc', '-o', 'pipefail', '-c', line],
      options,
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

test('without a source, the file in the folder is read; nobody has to read to the end', async () => {
  const { code, stdout, stderr } = await shell('$MONITOR summary --by variant session_h -n 0 | head -n 1');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^variant +session_h +n +median/);
});

// `script` takes other arguments elsewhere.
test.runIf(process.platform === 'linux')(
  'a terminal gets a table of its width, in colours; NO_COLOR takes them away',
  async () => {
    const top = '$MONITOR top -n 2';
    const { code, stdout } = await shell(`script -qec "stty cols 60; ${top}; NO_COLOR=1 ${top}" /dev/null`);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\r\n');
    expect(lines).toHaveLength(6);
    expect(lines[1]).toContain('\u001b[36m█');
    const plain = lines.slice(3);
    expect(plain.join('')).not.toContain('\u001b');
    expect(plain[1]).toContain('…');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(60);
  },
);

test('Ctrl-C ends a command, and says how to go on', async () => {
  const stub = await startStub(() => undefined);
  const child = spawn(process.execPath, [MAIN, 'import', '.pymon', '--to', stub.base], {
    cwd: folder,
    env: environment,
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = once(child, 'exit');
  await expect.poll(() => stub.requests, { timeout: 30_000 }).toEqual(['POST /api/v1/import']);
  child.kill('SIGINT');
  expect(await exited).toEqual([130, null]);
  expect(stderr).toBe('monitor: interrupted\n');
});
