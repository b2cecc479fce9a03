import { resourceNames, type Parameters, type Route } from '@monitor-server/contract';
import { history, traffic, type Session } from './skew.ts';
import type { Component, Test, World } from './world.ts';

/** Names to ask for that share a fate: all frequent, all long gone, … */
export interface Landmark {
  label: string;
  parametersFor: (route: Route) => Parameters;
}

const sessions = (world: World, metrics: number, from: number, count: number): Session[] => {
  const found: Session[] = [];
  let seen = 0;
  for (const { type, body } of traffic(world, history(metrics))) {
    if (type === 'metric') seen++;
    else if (type === 'session' && seen >= from && 'pipeline_branch' in body.description) found.push(body);
    if (found.length === count) break;
  }
  return found;
};

const prefixes =
  (session: string, context: string, component: string) =>
  (route: Route): string =>
    route.answer === 'contexts' ? context : route.answer === 'components' ? component : session;

const landmark = (
  label: string,
  component: Component,
  tests: Test[],
  session: Session,
  rest: { context: string; like: string; kind: string; scm: string; prefix: (route: Route) => string },
): Landmark => {
  const test = tests.find((each) => each.component === component && each.item_variant !== '') ?? tests[0]!;
  return {
    label,
    parametersFor: (route) => ({
      session: session.session_h,
      context: rest.context,
      item: test.item,
      variant: test.item_variant,
      itemLike: rest.like,
      variantLike: rest.like,
      component: component.name,
      pipeline: session.description['pipeline_branch'] ?? '',
      build: session.description['pipeline_build_no'] ?? '',
      kind: rest.kind,
      scm: rest.scm,
      prefix: rest.prefix(route),
      ...route.fixed,
    }),
  };
};

/** What to ask for in a database seeded with so many metrics. */
export const landmarks = (world: World, metrics: number): Landmark[] => {
  const [early] = sessions(world, metrics, 0, 1) as [Session];
  const late = sessions(world, metrics, Math.floor(metrics / 2), 200);
  const main =
    late.find(({ description }) => description['pipeline_branch'] === world.pipelines[0]!.name) ?? early;
  const minor =
    late.find(({ description }) => description['pipeline_branch'] !== world.pipelines[0]!.name) ?? early;

  const [context, other] = world.contexts.map(({ h }) => h) as [string, string];
  const nothing = { item: 'no_such', item_variant: 'no_such', component: { ...world.main, name: 'no.such' } };
  const nowhere = {
    ...early,
    session_h: 'none',
    description: { pipeline_branch: 'none', pipeline_build_no: '0' },
  };
  return [
    landmark('frequent', world.main, world.tests, main, {
      context,
      like: 'matrix',
      kind: 'function',
      scm: 'a',
      prefix: prefixes('a', context.slice(0, 1), 'lib'),
    }),
    landmark('ended', world.ended, world.tests, early, {
      context: other,
      like: 'matrix_reads_1',
      kind: 'class',
      scm: early.scm_ref,
      prefix: prefixes(early.session_h, other, world.ended.name),
    }),
    landmark('rare', world.rare, world.rareTests, minor, {
      context,
      like: 'BITSTREAM_2',
      kind: 'module',
      scm: minor.scm_ref.slice(0, 8),
      prefix: prefixes(minor.session_h.slice(0, 4), context.slice(0, 4), world.rare.name.slice(0, 4)),
    }),
    landmark('light', world.light, world.tests, minor, {
      context: other,
      like: '[float64',
      kind: 'function',
      scm: 'f0',
      prefix: prefixes(minor.session_h.slice(0, 2), other.slice(0, 2), world.light.name),
    }),
    landmark('absent', nothing.component, [{ ...world.tests[0]!, ...nothing }], nowhere, {
      context: 'none',
      like: 'no such text',
      kind: 'none',
      scm: 'none',
      prefix: prefixes('none', 'none', 'none'),
    }),
  ];
};

/** One name per resource. */
export const resources = [
  ...new Map(
    Object.entries(resourceNames)
      .reverse()
      .map(([name, key]) => [key, name]),
  ).values(),
];
