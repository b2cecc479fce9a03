import { hash } from 'node:crypto';
import type { Metric } from '@monitor-server/contract';

/** A sixteen-byte digest, the stored identity of texts of any length. */
export function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer').subarray(0, 16);
}

/** What makes two metrics those of one test. */
export function testIdentity(metric: Metric): string {
  const { component, kind, item_path, item, item_variant, item_fs_loc } = metric;
  // U+0000 is in no text, so the joined texts are as distinct as the six.
  return `${component}\0${kind}\0${item_path}\0${item}\0${item_variant}\0${item_fs_loc}`;
}
