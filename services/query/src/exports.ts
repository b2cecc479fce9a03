import { pipeline, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { readExport } from '@monitor-server/contract';
import { serveRoutes } from '@monitor-server/runtime/http';
import type { StoreReader } from '@monitor-server/store';
import type { FastifyInstance } from 'fastify';
import { within } from './patience.ts';

const TYPES = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
} as const;

/** Whether a client takes gzip: by name or by `*`, unless it says q=0. */
function takesGzip(accepted: string | undefined): boolean {
  const codings = (accepted ?? '').split(',').map((each) => {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    return { name, refused: parameters.some((part) => /^q=0(?:\.0*)?$/.test(part)) };
  });
  const named = codings.find(({ name }) => name === 'gzip') ?? codings.find(({ name }) => name === '*');
  return named !== undefined && !named.refused;
}

function gzipped(body: Readable): Readable {
  // A stream of metrics is long and alike: the lowest level packs it to a tenth and keeps pace with the store.
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  // Errors of either reach whoever reads the result, and a reader that goes away ends both.
  return pipeline(body, gzip, () => undefined);
}

/**
 * Serves exports: metrics as one stream, read from the store no faster than the client takes them. The status goes out
 * with the first chunk, so what fails before that is a problem, and what fails later breaks the connection off.
 */
export function serveExports(app: FastifyInstance, reader: StoreReader, timeout: number): void {
  serveRoutes(
    app,
    ({ answer }) => answer === 'export',
    async ({ query, raw }, reply) => {
      const asked = readExport(query);
      reply.type(TYPES[asked.format]).header('vary', 'accept-encoding');
      // A stream, of which nobody knows the length either.
      if (raw.method === 'HEAD') return reply.send(Readable.from([]));
      const chunks = reader.export(asked)[Symbol.asyncIterator]();
      const first = await within(timeout, chunks.next());
      const body = Readable.from(resumed(first, chunks), { objectMode: false, highWaterMark: 1 });
      if (!takesGzip(raw.headers['accept-encoding'])) return reply.send(body);
      return reply.header('content-encoding', 'gzip').send(gzipped(body));
    },
  );
}

/** An iteration whose first result was taken already; leaving it ends it. */
async function* resumed<T>(first: IteratorResult<T>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    for (let result = first; result.done !== true; result = await rest.next()) yield result.value;
  } finally {
    await rest.return?.();
  }
}
