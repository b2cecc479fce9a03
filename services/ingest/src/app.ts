import type { Intake } from '@monitor-server/queue';
import type { FastifyInstance } from 'fastify';
import { acceptImports } from './imports.ts';
import { acceptPosts } from './posts.ts';
import { createApplyWait } from './preference.ts';

export type { Acceptance } from './acceptance.ts';

export interface IngestOptions {
  intake: Intake;
  /** Seconds after which a body that does not arrive is given up. */
  timeout: number;
  /** Whether a batch can be read back by now, wherever reads go. */
  isReadable: (batch: string) => Promise<boolean>;
}

/** Adds the routes that accept metrics, sessions and contexts. */
export async function ingest(app: FastifyInstance, options: IngestOptions): Promise<void> {
  const applyWait = createApplyWait(options.isReadable, options.timeout);
  // Each in a context of its own: they take bodies differently.
  await app.register((scope, _, done) => {
    acceptPosts(scope, options, applyWait);
    done();
  });
  await app.register((scope, _, done) => {
    acceptImports(scope, options, applyWait);
    done();
  });
}
