import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { settings } from '@monitor-server/runtime/config';
import { expect, test } from 'vitest';
import { standaloneKeys } from '../src/config.ts';

const script = fileURLToPath(new URL('../../../scripts/configuration.ts', import.meta.url));

test('the server in one process tree has every setting', () => {
  expect(new Set(standaloneKeys)).toEqual(new Set(Object.keys(settings)));
});

test('docs/configuration.md has every setting, as the table of settings has it', async () => {
  await expect(promisify(execFile)(process.execPath, [script, '--check'])).resolves.toMatchObject({
    stderr: '',
  });
});
