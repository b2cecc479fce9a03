import type { MetricFilter } from '../dialect.ts';
import type { MetricRecord } from '../records.ts';
import { addressable, routeNamed, type Parameters } from './requests.ts';

/** The conditions of a filter that are not about time. */
export type Condition = Exclude<keyof MetricFilter, 'since' | 'until'>;

/** How a filter is asked for: a route that takes some conditions, and those that are left for us to check. */
export interface Plan {
  route: string;
  parameters: Parameters;
  rest: readonly Condition[];
}

/** The routes for metrics and the conditions that each takes; the earlier, the fewer metrics it usually gives. */
const CHOICES: readonly (readonly [route: string, conditions: readonly Condition[]])[] = [
  ['listSessionMetrics', ['session']],
  ['listComponentVariantMetrics', ['component', 'variant']],
  ['listVariantMetrics', ['variant']],
  ['listComponentItemMetrics', ['component', 'item']],
  ['listItemMetrics', ['item']],
  ['listScmMetrics', ['scm']],
  ['listContextMetrics', ['context']],
  ['listVariantsLikeMetrics', ['variantLike']],
  ['listItemsLikeMetrics', ['itemLike']],
  ['listComponentMetrics', ['component']],
  ['listScopeMetrics', ['kind']],
  ['listMetrics', []],
];

/** Chooses the route of a filter. Metrics without a component have routes of their own, without its name. */
export function planOf({ since: _since, until: _until, ...filter }: MetricFilter): Plan {
  const conditions = new Map(Object.entries(filter) as [Condition, string][]);
  const fits = (condition: Condition): boolean => {
    const value = conditions.get(condition);
    return value !== undefined && (addressable(value) || (condition === 'component' && value === ''));
  };
  const [name, taken] = CHOICES.find(([, needed]) => needed.every(fits)) ?? ['listMetrics', []];
  const withoutComponent = taken.includes('component') && conditions.get('component') === '';
  const parameters: Parameters = {};
  for (const condition of taken) {
    const value = conditions.get(condition);
    if (value !== undefined && !(withoutComponent && condition === 'component'))
      parameters[condition] = value;
  }
  return {
    route: routeNamed(withoutComponent ? name.replace('Component', 'NoComponent') : name).name,
    parameters,
    rest: [...conditions.keys()].filter((condition) => !taken.includes(condition)),
  };
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function includes(text: string, pattern: string): boolean {
  return asciiLower(text).includes(asciiLower(pattern));
}

/** Whether a metric meets a condition; what its session says is known from `sessions`, hashes of those that meet it. */
export function meets(
  metric: MetricRecord,
  condition: Condition,
  value: string,
  sessions: ReadonlySet<string>,
): boolean {
  switch (condition) {
    case 'session':
      return metric.session_h === value;
    case 'context':
      return metric.context_h === value;
    case 'item':
      return metric.item === value;
    case 'variant':
      return metric.item_variant === value;
    case 'component':
      return metric.component === value;
    case 'kind':
      return metric.kind === value;
    case 'itemLike':
      return includes(metric.item, value);
    case 'variantLike':
      return includes(metric.item_variant, value);
    default:
      return sessions.has(metric.session_h);
  }
}
