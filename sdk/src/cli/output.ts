import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Output } from './terminal.ts';

export type Chunks = AsyncIterable<string | Uint8Array>;

/** Writes to a stream no faster than it is read, and leaves it open. */
export async function writeStream(stream: Output, chunks: Chunks, signal: AbortSignal): Promise<void> {
  await pipeline(Readable.from(chunks), stream, { signal, end: false });
}

/** Writes a file, which is there as a whole or not at all. */
export async function writeFile(path: string, chunks: Chunks, signal: AbortSignal): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await pipeline(Readable.from(chunks), createWriteStream(partial), { signal });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
