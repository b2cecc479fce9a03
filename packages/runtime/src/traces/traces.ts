import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { FastifyInstance } from 'fastify';
import { VERSION } from '../version.ts';

/** A batch on its way. */
export interface TracedBatch {
  readonly id: string;
  readonly records: readonly unknown[];
  /** What `accept` gave it along. */
  readonly trace?: string | undefined;
}

/** Follows requests and batches, and sends what they did to a collector. */
export interface Traces {
  traceRequests(app: FastifyInstance): void;
  /** Follows a batch until the queue has it; `work` is given what is to travel with it. */
  accept(
    batch: { readonly batch: string; readonly records: number; readonly requests: readonly string[] },
    work: (trace: string) => Promise<void>,
  ): Promise<void>;
  /** Follows batches until they are stored. */
  store(batches: readonly TracedBatch[], work: () => Promise<void>): Promise<void>;
  /** Sends what was not sent yet, within a second. */
  close(): Promise<void>;
}

export interface TracesOptions {
  /** The name of the service, unless OTEL_SERVICE_NAME says otherwise. */
  service: string;
  /** Of those requests that come without a trace of their own, so many are followed; 1 for all. */
  share: number;
}

const CLOSE_MS = 1_000;

const propagator = new W3CTraceContextPropagator();

function contextOf(carrier: Readonly<Record<string, unknown>>): Context {
  return propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
}

function textOf(span: Span): string {
  const carrier: Record<string, string> = {};
  propagator.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, defaultTextMapSetter);
  return carrier['traceparent'] ?? '';
}

function end(span: Span, error?: unknown): void {
  if (error !== undefined) {
    const { message } = error as Error;
    span.recordException({ message, name: 'Error' });
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
}

async function within(spans: readonly Span[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
    for (const span of spans) end(span);
  } catch (error) {
    for (const span of spans) end(span, error);
    throw error;
  }
}

/** The collector's address, and how to log in there, are read by the exporter from the variables of OpenTelemetry. */
export function openTraces({ service, share }: TracesOptions): Traces {
  const named = resourceFromAttributes({ 'service.name': service, 'service.version': VERSION });
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(named)
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  const tracer = provider.getTracer('monitor-server', VERSION);
  /** The spans of requests that are being answered, by their ids. */
  const requests = new Map<string, Span>();

  return {
    traceRequests(app) {
      app.addHook('onRequest', ({ id, method, headers, resolution }, _, done) => {
        if (resolution?.found === true) {
          const { name, path } = resolution.route;
          const attributes = {
            'http.request.method': method,
            'http.route': path,
            'monitor_server.request': id,
          };
          requests.set(id, tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, contextOf(headers)));
        }
        done();
      });
      app.addHook('onResponse', ({ id }, { statusCode }, done) => {
        const span = requests.get(id);
        requests.delete(id);
        span?.setAttribute('http.response.status_code', statusCode);
        if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
        span?.end();
        done();
      });
      app.addHook('onRequestAbort', ({ id }, done) => {
        requests.get(id)?.end();
        requests.delete(id);
        done();
      });
    },

    async accept({ batch, records, requests: ids }, work) {
      const known = ids.flatMap((id) => requests.get(id) ?? []);
      const [first] = known;
      const links = known.slice(1).map((span) => ({ context: span.spanContext() }));
      const attributes = { 'monitor_server.batch': batch, 'monitor_server.records': records };
      const span = tracer.startSpan(
        'accept batch',
        { kind: SpanKind.PRODUCER, attributes, links },
        first === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, first),
      );
      await within([span], () => work(textOf(span)));
    },

    async store(batches, work) {
      const spans = batches.map(({ id, records, trace: traceparent }) => {
        const attributes = {
          'monitor_server.batch': id,
          'monitor_server.records': records.length,
          'monitor_server.transaction.batches': batches.length,
        };
        const options = { kind: SpanKind.CONSUMER, attributes };
        return tracer.startSpan('store batch', options, contextOf({ traceparent }));
      });
      await within(spans, work);
    },

    async close() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, CLOSE_MS);
      // A collector that is away is told of by nobody: traces are not worth a line of log each.
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}
