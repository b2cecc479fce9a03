import { within } from '../patience.ts';
import { quietPort } from '../ports.ts';
import { openBackends, type BackendOptions, type Backends } from './backends.ts';
import { createService, type Service } from './service.ts';

export interface PipelineOptions extends BackendOptions {
  ingests?: number;
  /** Without Redis there are none. */
  workers?: number;
  env?: Record<string, string>;
}

/** All services of the production pipeline as processes of their own, on backends of their own. */
export interface Pipeline extends Backends {
  ingests: Service[];
  workers: Service[];
  query: Service;
  services: Service[];
  /** Stops the services one by one and gives the names of those that did not end well. */
  stop: () => Promise<string[]>;
}

/** How long the first that writes may take to make the tables, in milliseconds; services begin without them. */
const tablesLimit = 60_000;

/** Starts everything at the same moment, as a machine that boots does; resolves when all are ready. */
export const openPipeline = async (options: PipelineOptions): Promise<Pipeline> => {
  const { ingests = 1, workers = 2, env } = options;
  const backends = await openBackends(options);
  const { folder, reading, writing, redis } = backends;
  const create = async (service: string, name: string, settings: Record<string, string>): Promise<Service> =>
    createService({
      name,
      entry: `services/${service}/src/main.ts`,
      port: await quietPort(),
      env: { ...settings, ...env },
      folder,
    });
  const several = (service: string, count: number): Promise<Service[]> =>
    Promise.all(
      Array.from({ length: count }, (_, index) => create(service, `${service}-${index + 1}`, writing)),
    );

  const parts = {
    ingests: await several('ingest', ingests),
    workers: await several('worker', redis ? workers : 0),
    query: await create('query', 'query', reading),
  };
  const services = [parts.query, ...parts.ingests, ...parts.workers];
  await Promise.all(services.map(({ start }) => start()));
  const count = `http://127.0.0.1:${parts.query.port}/api/v1/metrics/count`;
  const areMade = await within(tablesLimit, async () => (await fetch(count)).ok);
  if (!areMade) throw new Error(`nothing can be read after ${tablesLimit / 1000} s`);

  return {
    ...backends,
    ...parts,
    services,
    stop: async () => {
      const failed: string[] = [];
      for (const { name, stop } of services.toReversed()) {
        const { code } = await stop();
        if (code !== 0) failed.push(`${name}: ${code ?? 'killed'}`);
      }
      return failed;
    },
    close: async (isOfInterest) => {
      await Promise.all(services.map(({ kill }) => kill()));
      return backends.close(isOfInterest);
    },
  };
};
