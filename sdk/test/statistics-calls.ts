import {
  compareBuilds,
  Context,
  Contexts,
  Field,
  MetricColumns,
  Metrics,
  ResourceType,
  Session,
  Sessions,
  summarize,
  type Monitor,
} from '../src/index.ts';
import type { Call } from './calls.ts';
import { project } from './project.ts';

const columns = new MetricColumns();
for (const metric of project.metrics) columns.append(metric);
const metrics = new Metrics(columns);

/** What is known of the project's sessions that statistics go by. */
const sessions = new Sessions(
  project.sessions.map(({ h, scm, description }) => {
    const tags = description.startsWith('{') ? (JSON.parse(description) as Record<string, string>) : {};
    return new Session({ h, scmRef: scm, tags });
  }),
);

const contexts = new Contexts(
  project.contexts.map(
    ({ h, cpu_count, cpu_type, cpu_vendor, ram_total }) =>
      new Context({
        h,
        cpuCount: cpu_count,
        cpuType: cpu_type,
        cpuVendor: cpu_vendor,
        ramTotal: ram_total,
      }),
  ),
);

const data = { metrics, sessions, contexts };
const resources = [ResourceType.TOTAL_TIME, ResourceType.MEMORY];

/** Statistics through a monitor are those of the functions over everything there is. */
export const statisticsCalls: Record<string, Call> = {
  summarize: [(m) => m.summarize('variant'), summarize(metrics, 'variant')],
  'summarize of a component in a range': [
    (m) => m.summarize(Field.ITEM, { component: 'io', since: '2024-03-02', resources }),
    summarize(
      metrics.filterWith(({ component, startTime }) => component === 'io' && startTime > '2024-03-02'),
      Field.ITEM,
      { resources },
    ),
  ],
  'summarize by builds and components': [
    (m) => m.summarize(['build', 'component'], { resources }),
    summarize(metrics, ['build', 'component'], { resources, sessions }),
  ],
  compareBuilds: [(m) => m.compareBuilds('main', '1', '2'), compareBuilds(data, 'main', '1', '2')],
  'compareBuilds of sessions, all machines together': [
    (m) => m.compareBuilds('main', ['2'], ['1'], { by: ['kind'], pool: true, resources, unit: 'session' }),
    compareBuilds(data, 'main', ['2'], ['1'], { by: ['kind'], pool: true, resources, unit: 'session' }),
  ],
  'compareBuilds with enough runs': [
    (m) => m.compareBuilds('main', '1', '2', { by: ['item_path'], pool: true, resources }),
    compareBuilds(data, 'main', '1', '2', { by: ['item_path'], pool: true, resources }),
  ],
};

/** What cannot be compared, and what is said about it. */
export const failingComparisons: Record<string, [(monitor: Monitor) => Promise<unknown>, RegExp]> = {
  'an unknown build': [(m) => m.compareBuilds('main', '1', '9'), /build 9 in pipeline main/],
  'a build of another pipeline': [(m) => m.compareBuilds('dev/x?y', '1', '2'), /build 2 in pipeline dev/],
  'a build with itself': [(m) => m.compareBuilds('main', '1', ['2', '1']), /both have the session main-1/],
  'no build': [(m) => m.compareBuilds('main', [], '1'), /each side needs one build/],
  'a build without a name': [(m) => m.compareBuilds('main', '', '1'), /none of the sessions is of build/],
};
