export * from './config/index.ts';
export { openAccess, type Access } from './access/access.ts';
export { createSecret, digestOf } from './access/secret.ts';
export { isControlled, mayDo } from './http/access.ts';
export * from './http/app.ts';
export { closeHttpApp } from './http/close.ts';
export { createServiceApp } from './http/service-app.ts';
export { checkJsonType, checkMediaType } from './http/bodies.ts';
export { listen } from './http/listen.ts';
export { sendProblem } from './http/problems.ts';
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
