import type { FastifyInstance } from 'fastify';
import type { Timings } from './timings.ts';

/** Times the requests to the API by the names of their routes; paths could be anything, and are in no metric. */
export function timeRequests(app: FastifyInstance, timings: Timings): void {
  app.addHook('onResponse', ({ resolution }, reply, done) => {
    // Questions about health are no part of the API.
    if (resolution !== undefined) {
      const route = resolution.found ? resolution.route.name : 'none';
      timings.observe(route, reply.statusCode, reply.elapsedTime / 1000);
    }
    done();
  });
}
