import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Batch, StoredRecord } from '@monitor-server/contract';

/**
 * What a job holds; the id of the batch is that of the job. Readers ignore keys they do not know, so a later version
 * may add some; one that changes the meaning of these counts `v` up.
 */
export type Payload = { v: typeof VERSION; trace?: string } & (
  | { records: readonly StoredRecord[] }
  | { zstd: string }
);

/** A job that this version cannot read. The message says why. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
}

const VERSION = 1 as const;

/**
 * From here on, about three metrics, compressing takes off a third, from fifty three quarters; from a lone metric it
 * takes a tenth, which is not worth its 30 µs. It is done right here: in a thread it takes half as long again, and
 * spares this one next to nothing.
 */
const COMPRESS_FROM_CHARACTERS = 1_024;

const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

const types: ReadonlySet<unknown> = new Set([
  'metric',
  'session',
  'context',
] satisfies StoredRecord['type'][]);

/** Packs the records of a batch, and what they are followed by, for a job. BullMQ keeps JSON only, hence base64. */
export function encodePayload({ records, trace }: Omit<Batch, 'id'>): Payload {
  const text = JSON.stringify(records);
  const head = trace === undefined ? { v: VERSION } : { v: VERSION, trace };
  if (text.length < COMPRESS_FROM_CHARACTERS) return { ...head, records };
  return { ...head, zstd: zstdCompressSync(text, LEVEL).toString('base64') };
}

function isRecord(value: unknown): value is StoredRecord {
  const { type, value: content } = (value ?? {}) as Partial<Record<string, unknown>>;
  return types.has(type) && typeof content === 'object' && content !== null;
}

/** Unpacks what `encodePayload` made. Throws a PayloadError where this version cannot tell what it means. */
export function decodePayload(data: unknown): Omit<Batch, 'id'> {
  const { v, zstd, records, trace } = (data ?? {}) as Partial<Record<string, unknown>>;
  if (v !== VERSION)
    throw new PayloadError(
      v === undefined
        ? 'it has no version: nothing of this program wrote it, or Redis lost it'
        : `it is of version ${JSON.stringify(v)}, and this program reads version ${VERSION}; start a newer worker`,
    );
  const found = typeof zstd === 'string' ? decompressed(zstd) : records;
  if (!Array.isArray(found)) throw new PayloadError('it holds no list of records');
  const at = found.findIndex((record) => !isRecord(record));
  if (at >= 0) throw new PayloadError(`its record ${at + 1} of ${found.length} is of no known kind`);
  return { records: found as StoredRecord[], ...(typeof trace === 'string' && { trace }) };
}

function decompressed(text: string): unknown {
  try {
    return JSON.parse(zstdDecompressSync(Buffer.from(text, 'base64')).toString());
  } catch (error) {
    throw new PayloadError(`it is damaged: ${(error as Error).message}`);
  }
}
