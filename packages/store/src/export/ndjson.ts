import type { TagPair } from '@monitor-server/contract';
import type { LineFormat } from './format.ts';

/** Tags as one JSON object, in the order in which they were posted; no name is there twice. */
export function tagsAsJson(tags: readonly TagPair[]): string {
  return `{${tags.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

/** One JSON object a line. */
export const ndjson: LineFormat = {
  head: () => '',

  fields: (names, values) =>
    names
      .map((name, at) => {
        const value = values[at] ?? null;
        return `"${name}":${Array.isArray(value) ? tagsAsJson(value) : JSON.stringify(value)}`;
      })
      .join(','),

  line({ session, context, start, test, numbers, joined }) {
    const [totalTime, userTime, kernelTime, cpuUsage, memUsage] = numbers;
    return (
      `{${session},${context},"item_start_time":"${start}",${test},"total_time":${totalTime},` +
      `"user_time":${userTime},"kernel_time":${kernelTime},"cpu_usage":${cpuUsage},"mem_usage":${memUsage}${joined}}\n`
    );
  },
};
