/** The modules that start the services, each alone or all in one. */
export const entries = {
  standalone: new URL('../src/main.ts', import.meta.url),
  ingest: new URL('../../ingest/src/main.ts', import.meta.url),
  query: new URL('../../query/src/main.ts', import.meta.url),
  worker: new URL('../../worker/src/main.ts', import.meta.url),
};
