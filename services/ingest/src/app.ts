import type { Intake } from '@monitor-server/queue';
import type { FastifyInstance } from 'fastify';
import { acceptImports } from './imports.ts';
import { acceptPosts } from './posts.ts';

export interface IngestOptions {
  intake: Intake;
  /** Seconds after which a body that does not arrive is given up. */
  timeout: number;
}

/** Adds the routes that accept metrics, sessions and contexts. */
export async function ingest(app: FastifyInstance, options: IngestOptions): Promise<void> {
  // Each in a context of its own: they take bodies differently.
  await app.register((scope, _, done) => {
    acceptPosts(scope, options);
    done();
  });
  await app.register((scope, _, done) => {
    acceptImports(scope, options);
    done();
  });
}
