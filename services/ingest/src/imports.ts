import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ProblemError, readLine, type ImportAnswer, type StoredRecord } from '@monitor-server/contract';
import { BATCH_LIMIT } from '@monitor-server/queue';
import { checkMediaType, serveRoutes } from '@monitor-server/runtime/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IngestOptions } from './app.ts';
import { durable } from './failures.ts';
import { readLines } from './lines.ts';
import type { ApplyWait } from './preference.ts';

const TYPES = /^application\/(?:x-ndjson|jsonl|json)$/i;
const LINE_LIMIT = 1024 * 1024;
const ERROR_LIMIT = 100;

/**
 * How many times as long as its gzip a body may be, once it is longer than that many bytes. Records pack to a tenth or a
 * fiftieth; what packs better was made to keep the server busy.
 */
const GROWTH_LIMIT = 250;
const GROWTH_FROM = 1024 * 1024;

/** So much is unpacked at once: each time, a thread is asked and waited for. */
const UNPACKED_CHUNK = 64 * 1024;

async function* unpacked(body: Readable): AsyncGenerator<Buffer> {
  // Errors of either reach whoever reads the result.
  const gunzip = pipeline(body, createGunzip({ chunkSize: UNPACKED_CHUNK }), () => undefined);
  let length = 0;
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > GROWTH_FROM && length > gunzip.bytesWritten * GROWTH_LIMIT) {
      throw new ProblemError(
        413,
        `The body grows more than ${GROWTH_LIMIT} times when it is unpacked. Lines before that are stored.`,
      );
    }
    yield chunk;
  }
}

function decoded(request: FastifyRequest, body: Readable): AsyncIterable<Buffer> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase();
  if (encoding === undefined || encoding === '' || encoding === 'identity') return body;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new ProblemError(415, `The body must be plain or gzip, not ${encoding}.`);
  }
  return unpacked(body);
}

/** Gives a metric the key under which it is stored once: its own, or the request's with the line's number. */
function keyed(record: StoredRecord, line: number, requestKey: string | undefined): StoredRecord {
  if (record.type !== 'metric' || record.key !== undefined || requestKey === undefined) return record;
  return { ...record, key: { text: `${requestKey}:${line}` } };
}

const PLURALS = { metric: 'metrics', session: 'sessions', context: 'contexts' } as const;

interface Imported {
  answer: ImportAnswer;
  /** The ids of the batches that the lines are in. */
  batches: string[];
}

/** Stores the lines of a stream, one batch at a time, so that an import waits and never floods the store. */
async function importLines(
  stream: AsyncIterable<Buffer>,
  { key: requestKey, id: requestId }: { key: string | undefined; id: string },
  { intake }: IngestOptions,
): Promise<Imported> {
  const answer: ImportAnswer = { accepted: 0, rejected: 0, metrics: 0, sessions: 0, contexts: 0, errors: [] };
  const batches: string[] = [];
  let batch: StoredRecord[] = [];

  function reject(line: number, detail: string, errors?: Record<string, string>): void {
    answer.rejected++;
    if (answer.errors.length < ERROR_LIMIT) answer.errors.push({ line, detail, ...(errors && { errors }) });
  }

  async function flush(): Promise<void> {
    if (batch.length === 0) return;
    batches.push(await durable(intake.addAll(batch, requestId)));
    answer.accepted += batch.length;
    for (const { type } of batch) answer[PLURALS[type]]++;
    batch = [];
  }

  for await (const { number, text } of readLines(stream, LINE_LIMIT)) {
    if (text === undefined) {
      reject(number, 'The line is longer than 1 MiB.');
      continue;
    }
    const reading = readLine(text);
    if (!reading.ok) {
      reject(number, reading.detail.replace('The body', 'The line'), reading.errors);
      continue;
    }
    batch.push(keyed(reading.value, number, requestKey));
    if (batch.length >= BATCH_LIMIT) await flush();
  }
  await flush();
  return { answer, batches };
}

/** Serves imports: NDJSON of any length, answered with what was stored and what was not. */
export function acceptImports(app: FastifyInstance, options: IngestOptions, applyWait: ApplyWait): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_, payload, done) => done(null, payload));

  serveRoutes(
    app,
    ({ answer }) => answer === 'import',
    async ({ raw }, reply) => {
      checkMediaType(raw.headers['content-type'], TYPES, 'application/x-ndjson');
      const body = (raw.body ?? raw.raw) as Readable;
      const key = raw.headers['idempotency-key'];
      try {
        const { answer, batches } = await importLines(
          decoded(raw, body),
          { key: typeof key === 'string' && key !== '' ? key : undefined, id: raw.id },
          options,
        );
        await applyWait(raw.headers['prefer'], reply, batches);
        return answer;
      } catch (error) {
        if ((error as { code?: string }).code?.startsWith('Z_') !== true) throw error;
        throw new ProblemError(
          400,
          `The body is not gzip: ${(error as Error).message}. Lines before that are stored.`,
        );
      }
    },
  );
}
