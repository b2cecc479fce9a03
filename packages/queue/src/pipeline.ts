// What the production pipeline is made of. It is apart from the port, because it loads BullMQ.

export { checkRedis } from './bullmq/check.ts';
export type { QueueLog } from './bullmq/connection.ts';
export { openBullmqConsumer, type BullmqConsumer, type BullmqConsumerOptions } from './bullmq/consumer.ts';
export type { Depth } from './bullmq/depth.ts';
export {
  openBullmqQueue,
  type BullmqQueue,
  type BullmqQueueOptions,
  type FailedBatch,
} from './bullmq/queue.ts';
export { openDurableQueue, type DurableQueue, type DurableQueueOptions } from './durable-queue.ts';
export * from './index.ts';
export { createOverflowQueue, type OverflowOptions, type OverflowQueue } from './overflow.ts';
export { openPace, type Backlog, type PaceOptions } from './pace.ts';
export type { Log } from './spool/log.ts';
export { openSpool, type Spool, type SpoolDepth, type SpoolOptions } from './spool/spool.ts';
