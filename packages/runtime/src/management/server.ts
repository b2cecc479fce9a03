import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCode, settingError, type Settings } from '../config/index.ts';
import type { Logger } from '../log/logger.ts';
import type { Sample } from '../metrics/sample.ts';
import {
  answerHealthy,
  answerMetrics,
  answerReady,
  HEALTHY_PATH,
  METRICS_PATH,
  READY_PATH,
  type Answer,
} from './answers.ts';
import type { Health } from './health.ts';

/** What a service tells those who look after it. */
export interface Management {
  health: Pick<Health, 'readiness'>;
  /** The metrics of each of its processes. */
  samples(): Promise<readonly (readonly Sample[])[]>;
}

export type ManagementConfig = Settings<'managementPort' | 'managementHost'>;

/** A port of its own for those who look after a service. */
export interface ManagementServer {
  /** `undefined` where there is none. */
  readonly url: string | undefined;
  close(): Promise<void>;
}

function plain(status: number, line: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${line}\n` };
}

async function answerTo({ method, url }: IncomingMessage, { health, samples }: Management): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET is possible here.');
  switch (url?.split('?', 1)[0]) {
    case HEALTHY_PATH:
      return answerHealthy();
    case READY_PATH:
      return answerReady(health, true);
    case METRICS_PATH:
      return answerMetrics(samples);
    default:
      return plain(404, `There are ${HEALTHY_PATH}, ${READY_PATH} and ${METRICS_PATH}.`);
  }
}

function createManagementServer(management: Management, logger: Logger): Server {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, body } = await answerTo(request, management).catch((err: unknown) => {
      logger.error({ err }, 'a question about this server failed');
      return plain(500, 'The server failed to answer. Its log says why.');
    });
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  }
  return createServer((request, response) => void serve(request, response));
}

function problemOf(config: ManagementConfig, error: unknown): unknown {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return settingError(config, 'managementPort', 'the port is taken by another program; choose another');
    case 'EACCES':
      return settingError(config, 'managementPort', 'this user may not listen there; choose one above 1023');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return settingError(config, 'managementHost', 'this machine has no such address; correct or unset it');
    default:
      return error;
  }
}

/**
 * Serves health and metrics on the port that is configured for it; without one it does nothing. Throws a ConfigError where it
 * cannot listen there. To be closed last, so that a stop can be watched.
 */
export async function openManagement(
  config: ManagementConfig,
  management: Management,
  logger: Logger,
): Promise<ManagementServer> {
  const { managementPort: port, managementHost: host } = config;
  if (port === undefined) return { url: undefined, close: () => Promise.resolve() };
  const server = createManagementServer(management, logger);
  try {
    await once(server.listen({ port, host, exclusive: true }), 'listening');
  } catch (error) {
    throw problemOf(config, error);
  }
  const { address, family, port: taken } = server.address() as AddressInfo;
  const at = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `http://${at}:${taken}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
