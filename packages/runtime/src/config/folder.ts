import { accessSync, constants, statSync } from 'node:fs';
import { errorCode, Refusal } from './error.ts';

const access = (path: string, mode: number): string | undefined => {
  try {
    accessSync(path, mode);
    return undefined;
  } catch (error) {
    return errorCode(error);
  }
};

const kind = (path: string): 'folder' | 'file' | 'other' | 'absent' => {
  const found = (() => {
    try {
      return statSync(path);
    } catch {
      return undefined;
    }
  })();
  if (found === undefined) return 'absent';
  if (found.isDirectory()) return 'folder';
  return found.isFile() ? 'file' : 'other';
};

/** Refuses a path that is no folder, or one in which this user may not create files. */
export const checkFolder = (path: string, remedy: string): void => {
  const found = kind(path);
  if (found === 'absent') throw new Refusal(`there is no folder ${path}; create it or ${remedy}`);
  if (found !== 'folder') throw new Refusal(`${path} is not a folder; ${remedy}`);
  const problem = access(path, constants.W_OK | constants.X_OK);
  if (problem) throw new Refusal(`the folder ${path} is not writable (${problem}); make it so or ${remedy}`);
};

/** Refuses a path under which there is something, but no file this user may read and write. */
export const checkFile = (path: string, remedy: string): 'present' | 'absent' => {
  const found = kind(path);
  if (found === 'absent') return 'absent';
  if (found !== 'file') throw new Refusal(`${path} is not a file; ${remedy}`);
  const problem = access(path, constants.R_OK | constants.W_OK);
  if (problem) throw new Refusal(`the file ${path} is not writable (${problem}); make it so or ${remedy}`);
  return 'present';
};
