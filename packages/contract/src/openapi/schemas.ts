import { z } from 'zod';
import { answers } from '../answers.ts';
import { context, contextAliases } from '../context.ts';
import { metric, metricAliases } from '../metric.ts';
import { problem } from '../problem.ts';
import { session, sessionAliases } from '../session.ts';

export type Json = Record<string, unknown>;

const TIME =
  'YYYY-MM-DD, alone or with `T` or a blank and HH:MM[:SS[.f…]], and optionally `Z` or ±HH:MM. ' +
  'Read back exactly as sent; without a zone it counts as UTC in ranges.';

const LINK = 'The absolute path of the %s page, with every other query parameter of this request.';

/** What JSON Schema cannot say of a field, by its name; a name means the same in every schema. */
const fields: Record<string, Json> = {
  session_h: { minLength: 1, description: 'The identity of the session.' },
  context_h: { minLength: 1, description: 'The identity of the execution context.' },
  item_start_time: { description: `When the test began: ${TIME}` },
  item_path: { description: 'The dotted path of the module.' },
  item: { description: 'The name of the test, without its parameters.' },
  item_variant: { description: 'The name of the test with its parameters.' },
  item_fs_loc: { description: 'The file of the test.' },
  kind: { minLength: 1, description: 'What was measured: function, module, class, package, session, …' },
  component: { description: 'The component under test, or empty.' },
  total_time: { description: 'Wall time, in seconds.' },
  user_time: { description: 'CPU time in user mode, in seconds.' },
  kernel_time: { description: 'CPU time in kernel mode, in seconds.' },
  cpu_usage: { description: 'CPU time over wall time: 1 is one full CPU.' },
  mem_usage: { description: 'Memory above what was in use when pytest began, in MB. Can be negative.' },
  run_date: { description: `When the run began: ${TIME}` },
  scm_ref: { description: 'The commit under test.' },
  tags: { description: 'The description as posted, in its order. `name` and `key` are the same text.' },
  h: { minLength: 1, description: 'The identity of the execution context.' },
  cpu_frequency: { description: 'In MHz; 0 where it could not be read.' },
  ram_total: { description: 'In MB.' },
  next_url: { description: LINK.replace('%s', 'next') },
  prev_url: { description: LINK.replace('%s', 'previous') },
  total_page: { type: 'integer', minimum: 0, description: 'How many pages there are.' },
  count: { type: 'integer', minimum: 0 },
  accepted: { type: 'integer', minimum: 0, description: 'Lines that were stored.' },
  rejected: { type: 'integer', minimum: 0, description: 'Lines that were refused.' },
  line: { type: 'integer', minimum: 1 },
  status: { type: 'integer' },
  errors: { description: 'What is wrong: by field, or of an import the first 100 refused lines.' },
  message: { description: 'The detail once more, for clients older than RFC 9457.' },
};

const description = z
  .union([z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])), z.string()])
  .meta({
    description: 'The tags: names and values, or a JSON string holding such an object. The order is kept.',
  });

const bodies = {
  metricBody: metric.meta({ description: 'What pytest-monitor measured of one test.' }),
  sessionBody: session.omit({ tags: true }).extend({ description }),
  contextBody: context.clone(),
};

type Spellings = Partial<Record<string, readonly string[]>>;

const aliases: Partial<Record<string, Spellings>> = {
  MetricBody: metricAliases,
  SessionBody: sessionAliases,
  ContextBody: contextAliases,
};

/** The name of a schema in the document. */
export function schemaName(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}

export function schemaReference(key: string): Json {
  return { $ref: `#/components/schemas/${schemaName(key)}` };
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

function describe({ properties = {} }: JsonSchema, spellings: Spellings = {}): void {
  for (const [name, property] of Object.entries(properties)) {
    if (typeof property === 'boolean') continue;
    Object.assign(property, fields[name]);
    const others = spellings[name]?.map((spelling) => `\`${spelling}\``).join(' and ');
    if (others !== undefined) {
      property.description = [property.description, `Also read as ${others}.`].filter(Boolean).join(' ');
    }
    if (typeof property.items === 'object' && !Array.isArray(property.items)) describe(property.items);
  }
}

function convert(schemas: Record<string, z.ZodType>, io: 'input' | 'output'): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [key, schema] of Object.entries(schemas)) registry.add(schema, { id: schemaName(key) });
  const { schemas: converted } = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // A field that is optional when posted has a transform that makes it a text.
      if (zodSchema instanceof z.ZodTransform) jsonSchema.type = 'string';
    },
  });
  // Fields are described only now: during the conversion equal ones still share an object.
  for (const [name, schema] of Object.entries(converted)) {
    describe(schema, aliases[name]);
    // Both would be read as the base of the references inside.
    delete schema.$schema;
    delete schema.$id;
  }
  return converted;
}

/** The schemas of every body and answer, by their names in the document. */
export function createSchemas(): Record<string, Json> {
  return { ...convert({ ...answers, problem }, 'output'), ...convert(bodies, 'input') };
}
