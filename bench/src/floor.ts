import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { answerSession, readMetric, readSession } from '@monitor-server/contract';
import fastify from 'fastify';

const port = Number(process.env['MONITOR_SERVER_PORT']);
const workers = Math.min(Number(process.env['MONITOR_SERVER_WORKERS'] ?? 4), availableParallelism());

const createFloor = () => {
  const app = fastify({ keepAliveTimeout: 75_000 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  app.post('/api/v1/metrics/', (request, reply) => {
    const reading = readMetric(request.body as string);
    if (!reading.ok) return reply.code(400).send(reading);
    return reply.code(201).type('application/json').send(JSON.stringify(reading.value));
  });
  app.post('/api/v1/sessions/', (request, reply) => {
    const reading = readSession(request.body as string);
    if (!reading.ok) return reply.code(400).send(reading);
    return reply
      .code(201)
      .type('application/json')
      .send(JSON.stringify(answerSession(reading.value)));
  });
  return app;
};

if (cluster.isPrimary) {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const children = Array.from({ length: workers }, () => cluster.fork());
  let listening = 0;
  cluster.on('listening', () => {
    if (++listening === workers)
      console.log(JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${port}` }));
  });
  process.once('SIGTERM', () => {
    for (const child of children) child.kill();
    process.exit(0);
  });
} else {
  await createFloor().listen({ port, host: '127.0.0.1' });
}
