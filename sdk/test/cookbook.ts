import { contextRow, metricRow, type PymonRows } from './pymon.ts';

const REFERENCES = ['badbeef', 'c0ffee1', 'c0ffee2', 'c0ffee3', 'c0ffee4'];

/** Five references, each run twice: two builds, or two sessions of one; `at` is the number of the session. */
function description(at: number): Record<string, string> {
  if (at < 6)
    return { pipeline_branch: 'master', pipeline_build_no: String(at + 6), numpy: at < 2 ? '118' : '119' };
  if (at < 8) return { pipeline_branch: 'master-py38', pipeline_build_no: '123', my_tag: 'x' };
  return { my_tag: 'nightly', numpy: at === 8 ? '118' : '119' };
}

/** What the examples run over: 3 components, 10 sessions of 20 metrics, 1 context. */
export const cookbook: PymonRows = {
  contexts: [contextRow({ h: 'badc0ffee0deadbeef', machine_node: 'Rotondu', ram_total: 16_384 })],
  sessions: Array.from({ length: 10 }, (_, at) => ({
    h: at === 0 ? 'deadbeef0badc0ffee' : `session_${at}`,
    runDate: at < 4 ? `2020-12-0${at + 1}T12:12:04.136861` : `2021-02-0${at}T12:12:04.136861`,
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
