import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { own, unprivileged } from './account.ts';
import type { Run } from './run.ts';

/** A new folder in that of the run, which belongs to the account that servers run under. */
export const makeFolder = async (run: Run, name: string): Promise<string> => {
  const folder = await mkdtemp(join(run.folder, `${name}-`));
  await own(folder, unprivileged());
  return folder;
};
