import { MonitorError } from '../errors.ts';
import { compareSessions, type SessionSide } from './compare.ts';
import type { CompareOptions, ComparedData, ComparisonResult, TestKey } from './comparison.ts';
import { buildOf, pipelineOf, type MetricGroupKey, type SessionMap } from './keys.ts';

/** The sessions of builds as one side of a comparison. Throws a MonitorError where there is none of one of the builds. */
export function buildSide(
  sessions: SessionMap,
  pipeline: string,
  builds: string | readonly string[],
): SessionSide {
  const wanted = [builds].flat();
  if (wanted.length === 0) throw new RangeError('each side needs one build at least');
  const found = wanted.map((build) => {
    const inBuild = sessions
      .entries()
      .filter(([, session]) => pipelineOf(session) === pipeline && buildOf(session) === build)
      .map(([h]) => h)
      .toArray();
    if (inBuild.length === 0) {
      throw new MonitorError(`none of the sessions is of build ${build} in pipeline ${pipeline}`);
    }
    return inBuild;
  });
  return { name: `build ${wanted.join(', ')}`, sessions: new Set(found.flat()) };
}

/**
 * Compares what each test took in build `b` of a pipeline with what it took in build `a`, resource by resource; each may
 * also be several builds, whose runs count together. Medians are compared, with intervals from the bootstrap, and the
 * U test of Mann and Whitney decides, its p-values corrected for how many there are.
 *
 * Only runs on the same class of machines are compared: model and number of CPUs, and memory. What only one side ran on
 * is left out, and the result says so. With `pool` all machines are thrown together, and the result says that, too.
 *
 * The same data and options give the same result. Throws a MonitorError where no session belongs to a build, and a
 * RangeError where both sides have the same build, or one has none.
 */
export function compareBuilds<const K extends MetricGroupKey = TestKey>(
  data: ComparedData,
  pipeline: string,
  a: string | readonly string[],
  b: string | readonly string[],
  options: CompareOptions<K> = {},
): ComparisonResult<K> {
  const { sessions } = data;
  return compareSessions(data, buildSide(sessions, pipeline, a), buildSide(sessions, pipeline, b), options);
}
