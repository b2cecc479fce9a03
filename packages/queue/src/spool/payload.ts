import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Below this many characters compressing saves less than it costs. */
const PLAIN_LIMIT = 1_024;

const FAST = {
  params: {
    [constants.ZSTD_c_compressionLevel]: 1,
    // Damage on the disk must be noticed: it would be stored as if it had been measured.
    [constants.ZSTD_c_checksumFlag]: 1,
  },
};

/** A JSON text as a spool keeps it: short ones as they are, long ones as a zstd frame. */
export type Payload = string | Uint8Array;

/** Makes a payload of a JSON text. */
export function pack(json: string): Payload {
  return json.length < PLAIN_LIMIT ? json : zstdCompressSync(json, FAST);
}

/** The JSON text of a payload. Throws where it is damaged. */
export function unpack(payload: Payload): string {
  if (typeof payload !== 'string') return zstdDecompressSync(payload).toString();
  JSON.parse(payload);
  return payload;
}
