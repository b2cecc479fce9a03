import { settings } from '@monitor-server/runtime/config';
import { expect, test } from 'vitest';
import { configurationPage } from '../../../scripts/configuration.ts';
import { standaloneKeys } from '../src/config.ts';

test('docs/configuration.md has every setting, as the table of settings has it; npm run docs mends it', () => {
  expect(new Set(standaloneKeys)).toEqual(new Set(Object.keys(settings)));
  const { is, should } = configurationPage();
  expect(is).toBe(should);
});
