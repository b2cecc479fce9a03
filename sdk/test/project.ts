import type { MetricRecord } from '../src/index.ts';
import { contextRow, metricRow, type PymonRows } from './pymon.ts';

const ITEMS = [
  'test_load',
  'test_Save',
  'test_load_all',
  'test[x]',
  'a/b?c=%2F&d',
  'naïve ☃ test',
  '.',
  '..',
];

const measured: MetricRecord[] = [
  'main-1a',
  'main-1b',
  'main-2',
  'dev-1',
  'no-build',
  'local',
  'unknown',
].flatMap((session_h, s) =>
  ITEMS.flatMap((item, i) =>
    [0, 1].map((parameter) =>
      metricRow({
        session_h,
        context_h: ['c1', 'c2', 'nowhere'][(s + i) % 3] ?? '',
        item_start_time: `2024-03-0${s + 1}T10:0${i}:00.00000${parameter}`,
        item,
        item_variant: i === 6 ? '' : `${item}[${parameter}]`,
        kind: ['function', 'module', 'package', 'class'][i % 4] ?? '',
        component: ['io', '', 'Math.kernels', 'a/b', 'late'][s === 0 && i === 0 ? 4 : (i + s) % 4] ?? '',
        total_time: (i * 7 + s * 3 + parameter) % 11,
        user_time: 0,
        kernel_time: i / 100,
        cpu_usage: ((i + s) % 5) / 4,
        mem_usage: i - 3.25 * s,
      }),
    ),
  ),
);

/** A project with everything that makes a difference: pipelines, odd names, missing parts; and two equal metrics. */
export const project = {
  contexts: [
    contextRow(),
    contextRow({ h: 'c1-more', cpu_frequency: 0, cpu_vendor: '' }),
    contextRow({ h: 'c2', cpu_count: 64, machine_node: 'big' }),
  ],
  sessions: [
    {
      h: 'main-1a',
      runDate: '2024-03-01T10:00:00.000001',
      scm: 'abc123',
      description: '{"pipeline_branch": "main", "pipeline_build_no": "1", "numpy": "118", "my_tag": "a"}',
    },
    {
      h: 'main-1b',
      runDate: '2024-03-01T10:00:01',
      scm: 'abc123',
      description: '{"pipeline_branch": "main", "pipeline_build_no": "1", "numpy": "119", "my_tag": ""}',
    },
    {
      h: 'main-2',
      runDate: '2024-03-02T23:30:00.5+02:00',
      scm: 'ABC',
      description: '{"pipeline_branch": "main", "pipeline_build_no": "2", "my_tag": "b", "a,b": "x,y+z"}',
    },
    {
      h: 'dev-1',
      runDate: '2024-03-03',
      scm: 'abd',
      description:
        '{"pipeline_branch": "dev/x?y", "pipeline_build_no": "1", "numpy": "118", "3": "three", "ratio": 1.0, "on": true}',
    },
    { h: 'no-build', runDate: '2024-03-04T00:00:00', scm: '', description: '{"pipeline_branch": "lonely"}' },
    { h: 'local', runDate: '2024-03-05T00:00:00', scm: null, description: '{}' },
    { h: 'loc', runDate: '2024-03-06T00:00:00', scm: null, description: '{"description": "nightly run"}' },
  ],
  metrics: [...measured, ...measured.slice(0, 1)],
} satisfies PymonRows;
