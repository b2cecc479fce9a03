export { createBatchCommit } from './batch-commit.ts';
export { openCounters } from './counters.ts';
export { createDirectQueue } from './direct.ts';
export { createGroupCommit, type GroupCommit } from './group-commit.ts';
export { BATCH_LIMIT, createIntake, type Accepted, type Intake, type IntakeOptions } from './intake.ts';
export type { Pace } from './pace.ts';
export { QueueError, type Queue } from './queue.ts';
