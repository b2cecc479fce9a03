export * from './config/index.ts';
export { createSecret, digestOf } from './access/secret.ts';
export {
  createHealth,
  everyPart,
  onePartOf,
  type Health,
  type Probe,
  type Readiness,
} from './management/health.ts';
export { followStoring, observeAccepting, observeStoring } from './observation.ts';
export { openTelemetry, silent, type Telemetry } from './telemetry.ts';
export type { Sample } from './metrics/sample.ts';
export { openManagement, type Management, type ManagementServer } from './management/server.ts';
export { createLogger, openServiceLogger, type Logger } from './log/logger.ts';
export { startLogRotation } from './log/rotation.ts';
export { EXIT_CONFIG, EXIT_FAILURE, runMain, stopGracefully } from './process.ts';
export { VERSION } from './version.ts';
