import { Refusal } from './error.ts';
import { parseHost } from './host.ts';
import { wholeNumber } from './number.ts';
import type { Setting } from './settings.ts';

/** From the most to the least that is told. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export type LogLevel = (typeof logLevels)[number];

export interface OperationValues {
  /** `undefined`: none; 0: any free port. */
  readonly managementPort: number | undefined;
  readonly managementHost: string;
  /** `undefined`: as the environment has it. */
  readonly logLevel: LogLevel | undefined;
  /** The base of the addresses that traces are sent to; `undefined`: there are none. */
  readonly traces: string | undefined;
  /** From 0 to 1. */
  readonly traceShare: number;
}

const parseLevel = (text: string): LogLevel => {
  const name = text.trim().toLowerCase();
  const level = logLevels.find((known) => known === name);
  if (level === undefined) throw new Refusal(`is no level; give one of ${logLevels.join(', ')}`);
  return level;
};

const parseShare = (text: string): number => {
  const share = /^(?:\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : NaN;
  if (!(share <= 1)) throw new Refusal('is no share; give a number from 0 to 1, such as 0.01');
  return share;
};

const parseEndpoint = (text: string): string => {
  const url = URL.parse(text.trim());
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new Refusal('is no address of a collector; give one such as http://localhost:4318');
  if (url.username !== '' || url.password !== '')
    throw new Refusal('has a password in it; give it in OTEL_EXPORTER_OTLP_HEADERS');
  return url.href.replace(/\/+$/, '');
};

/** Of the table of settings: what those need who look after the server. */
export const operationSettings: { readonly [Key in keyof OperationValues]: Setting<OperationValues[Key]> } = {
  managementPort: {
    name: 'management port',
    about: 'port of its own for health and metrics',
    variable: 'MONITOR_SERVER_MANAGEMENT_PORT',
    usually: 'none',
    parse: wholeNumber({ from: 0, to: 65_535, what: 'a port' }),
    show: (port) => port?.toString() ?? 'none',
  },
  managementHost: {
    name: 'management host',
    about: 'address that the management port listens on',
    variable: 'MONITOR_SERVER_MANAGEMENT_HOST',
    usually: '127.0.0.1',
    fallback: () => ({ by: 'default', text: '127.0.0.1' }),
    parse: parseHost,
    show: String,
  },
  logLevel: {
    name: 'log level',
    about: `what is logged: ${logLevels.join(', ')}`,
    variable: 'MONITOR_SERVER_LOG_LEVEL',
    usually: 'info, in development debug',
    parse: parseLevel,
    show: (level) => level ?? 'as the environment has it',
  },
  traces: {
    name: 'traces',
    about: 'address of an OpenTelemetry collector (OTLP over HTTP) that traces are sent to',
    variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    usually: 'none',
    parse: parseEndpoint,
    show: (endpoint) => endpoint ?? 'none',
    mask: (text) => text.replace(/\/\/[^/@]*@/, '//***@'),
  },
  traceShare: {
    name: 'share of traces',
    about: 'share of the requests that are followed, unless they come with a trace that says so',
    variable: 'OTEL_TRACES_SAMPLER_ARG',
    usually: '1: all',
    fallback: () => ({ by: 'default', text: '1' }),
    parse: parseShare,
    show: String,
  },
};
