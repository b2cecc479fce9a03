import { contextRow, metricRow, type PymonRows } from './pymon.ts';

const REFERENCES = ['ABCDEF', 'badbeef', 'c0ffee2', 'c0ffee3', 'c0ffee4'];

/** Five references, each run twice: two builds, or two sessions of one; `at` is the number of the session. */
function description(at: number): Record<string, string> {
  if (at === 0) return { pipeline_branch: 'master-py36', pipeline_build_no: '6', __ci__: 'circleci' };
  if (at < 6)
    return { pipeline_branch: 'master', pipeline_build_no: String(at + 6), numpy: at < 3 ? '118' : '119' };
  if (at < 8) return { pipeline_branch: 'master-py38', pipeline_build_no: '123', my_tag: 'x' };
  return { my_tag: 'nightly', numpy: at === 8 ? '118' : '119' };
}

/** What the examples run over: 3 components, 10 sessions of 20 metrics, 1 context. */
export const cookbook: PymonRows = {
  contexts: [contextRow({ h: 'badc0ffee0deadbeef', machine_node: 'Rotondu', ram_total: 16_384 })],
  sessions: Array.from({ length: 10 }, (_, at) => ({
    h: at === 0 ? 'deadbeef0badc0ffee' : `session_${at}`,
    runDate: at > 0 && at < 4 ? `2020-12-0${at}T12:12:04.136861` : `2021-02-0${at || 9}T12:12:04.136861`,
    scm: REFERENCES[Math.floor(at / 2)] ?? null,
    description: JSON.stringify(description(at)),
  })),
  metrics: Array.from({ length: 200 }, (_, at) => {
    const session = Math.floor(at / 20);
    const test = at % 20;
    const item = test === 0 ? 'test_that' : `test_${test}`;
    return metricRow({
      session_h: session === 0 ? 'deadbeef0badc0ffee' : `session_${session}`,
      context_h: 'badc0ffee0deadbeef',
      item_start_time: `2021-02-09T12:${String(session).padStart(2, '0')}:${String(test).padStart(2, '0')}.000001`,
      item,
      item_variant: test === 0 ? item : `${item}[${test % 3}]`,
      component: `component_${(test % 3) + 1}`,
      total_time: test + session / 10,
      mem_usage: test * 10 + session,
    });
  }),
};

/** Twelve builds of one run each; from the tenth on, `test_step` takes half as long again, and the others as before. */
export const nightly: PymonRows = {
  contexts: [contextRow()],
  sessions: Array.from({ length: 12 }, (_, at) => ({
    h: `night_${at}`,
    runDate: '2021-02-09T12:12:04.136861',
    scm: null,
    description: JSON.stringify({ pipeline_branch: 'main', pipeline_build_no: String(at + 1) }),
  })),
  metrics: Array.from({ length: 24 }, (_, at) => {
    const build = at >> 1;
    const item = at % 2 === 0 ? 'test_step' : 'test_load';
    const change = item === 'test_step' && build >= 9 ? 1.5 : 1;
    return metricRow({
      session_h: `night_${build}`,
      item,
      item_variant: item,
      component: 'io',
      total_time: change * (2 + ((build * 5) % 12) / 100),
    });
  }),
};
