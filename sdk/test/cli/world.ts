import { contextRow, metricRow, type PymonRows } from '../pymon.ts';

/** Tests by what they take in build 41 and in build 42, in seconds. */
const TESTS = [
  { item: 'test_load', parameter: 'big', component: 'lib.io', times: [0.5, 0.75] },
  { item: 'test_load', parameter: 'small', component: 'lib.io', times: [0.02, 0.02] },
  { item: 'test_検索', parameter: '東京タワー', component: 'lib.検索', times: [0.0004, 0.0003] },
  {
    item: 'test_of_a_component_that_has_a_really_long_name',
    parameter: 'parameters-1',
    component: '',
    times: [1, 1],
  },
] as const;

const BUILDS = ['41', '42'] as const;
const RUNS = 5;

const runs = BUILDS.flatMap((build, b) =>
  Array.from({ length: RUNS }, (_, run) => ({ build, b, run, h: `${build}${String(run).repeat(30)}` })),
);

/** Two builds of a pipeline, five sessions each: one test is slower in the second, one faster, two are the same. */
export const world: PymonRows = {
  contexts: [contextRow()],
  sessions: runs.map(({ build, b, run, h }) => ({
    h,
    runDate: `2025-03-0${b + 1}T12:0${run}:00.000000`,
    scm: `${build}c0ffee`,
    description: JSON.stringify({ pipeline_branch: 'main', pipeline_build_no: build, numpy: `2.${b}.0` }),
  })),
  metrics: runs.flatMap(({ b, run, h }) =>
    TESTS.map(({ item, parameter, component, times }, test) =>
      metricRow({
        session_h: h,
        item_start_time: `2025-03-0${b + 1}T12:0${run}:0${test}.000000`,
        item,
        item_variant: `${item}[${parameter}]`,
        component,
        // Runs differ a little, and by what they differ is the same in both builds.
        total_time: (times[b] ?? 0) * (1 + run / 100),
        mem_usage: 10 * (test + 1) + run,
      }),
    ),
  ),
};
