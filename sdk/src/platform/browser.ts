import { UnsupportedError } from '../errors.ts';
import type { Platform } from './platform.ts';

function needsNode(what: string): never {
  throw new UnsupportedError(`${what} needs Node.js`);
}

/** Outside Node.js there are servers to read from, and neither files nor certificates of one's own. */
export const platform: Platform = {
  openDatabase: () => needsNode('a database file'),
  openUpload: () => needsNode('uploading a database'),
  secureFetch: () => needsNode('the tls option'),
  readText: () => needsNode('reading a file'),
  readLines: () => needsNode('reading a file'),
  writeText: () => needsNode('writing a file'),
};
