import { z } from 'zod';
import { contextAnswer } from './context.ts';
import { metric } from './metric.ts';
import type { AnswerKind } from './routes.ts';
import { sessionAnswer } from './session.ts';

const link = z.string();
const names = z.array(z.string());

/** A page has no `total_page` and no `prev_url` under a time range. */
const page = { next_url: link.optional(), prev_url: link.optional(), total_page: z.number().optional() };

const namePage = { prev_url: link.nullable(), next_url: link.nullable(), total_page: z.number() };

const importErrors = z.array(
  z.object({ line: z.number(), detail: z.string(), errors: z.record(z.string(), z.string()).optional() }),
);

/** What an import did: how many lines were stored and refused, and the first 100 refusals. */
export const importAnswer = z.object({
  accepted: z.number(),
  rejected: z.number(),
  metrics: z.number(),
  sessions: z.number(),
  contexts: z.number(),
  errors: importErrors,
});

export type ImportAnswer = z.infer<typeof importAnswer>;

/** The JSON answers of the API, by kind. */
export const answers = {
  metrics: z.object({ metrics: z.array(metric), ...page }),
  sessions: z.object({ sessions: z.array(sessionAnswer), ...page }),
  contexts: z.object({ contexts: z.array(contextAnswer), ...page }),
  components: z.object({ components: names, ...page }),
  pipelines: z.object({ pipelines: names }),
  componentPipelines: z.object({ component: z.string(), pipelines: names, ...namePage }),
  builds: z.object({ component: z.string().optional(), pipeline: z.string(), builds: names, ...namePage }),
  buildSessions: z.object({
    component: z.string().optional(),
    pipeline: z.string(),
    build: z.string(),
    sessions: names,
    ...namePage,
  }),
  ranking: z.object({ metrics: z.array(metric), ...namePage }),
  count: z.object({ count: z.number() }),
  metric,
  session: sessionAnswer,
  context: contextAnswer,
  import: importAnswer,
} satisfies Partial<Record<AnswerKind, z.ZodType>>;
