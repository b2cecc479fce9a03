import { openBullmqConsumer } from '../src/pipeline.ts';
import { addressOf, createJournal } from './bullmq.ts';

// Takes batches and never gets done with them. It is killed in the end.
const [uri = ''] = process.argv.slice(2);
await openBullmqConsumer({
  address: addressOf(uri),
  concurrency: 8,
  lockMs: 600,
  stalledMs: 200,
  log: createJournal(),
  handle: ({ id }) => {
    process.stdout.write(`${id}\n`);
    return new Promise(() => undefined);
  },
});
