import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { MetricRecord } from '../records.ts';

/** Enough that no two of any number of metrics that anyone has are alike by chance. */
const BYTES = 16;

/** 32 hexadecimal digits of the SHA-256 of all fourteen values: equal metrics have the same, others do not. */
export function digestOf(metric: MetricRecord): string {
  const values = [
    metric.session_h,
    metric.context_h,
    metric.item_start_time,
    metric.item_path,
    metric.item,
    metric.item_variant,
    metric.item_fs_loc,
    metric.kind,
    metric.component,
    metric.total_time,
    metric.user_time,
    metric.kernel_time,
    metric.cpu_usage,
    metric.mem_usage,
  ];
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(values))).subarray(0, BYTES));
}
