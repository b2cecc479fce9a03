import type { z } from 'zod';
import { context, contextAliases, type Context } from './context.ts';
import { metric, metricAliases, type Metric } from './metric.ts';
import { pairsUnder } from './pairs.ts';
import type { FieldErrors } from './problem.ts';
import { session, sessionAliases, type Session } from './session.ts';

/** A body that was understood, or everything that is wrong with it. */
export type Reading<T> = { ok: true; value: T } | { ok: false; detail: string; errors?: FieldErrors };

type JsonObject = Record<string, unknown>;

/** Python writes these for numbers that JSON does not have. */
const NO_JSON_NUMBER = /"(?:[^"\\]|\\.)*"?|-?\bInfinity\b|\bNaN\b/g;

/** Far deeper than anybody nests. JSON that is a hundred times deeper keeps the parser busy for long. */
const DEPTH_LIMIT = 1_000;

const [QUOTE, BACKSLASH, BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** Whether arrays and objects within each other are more than that, in what may be no JSON. */
function isTooDeep(text: string): boolean {
  // Each takes two brackets: most bodies need no look.
  if (text.length <= 2 * DEPTH_LIMIT) return false;
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) at += code === BACKSLASH ? 1 : 0;
    else if (code === BRACE || code === BRACKET) depth++;
    else if (code === BRACE_END || code === BRACKET_END) depth--;
    if (depth > DEPTH_LIMIT) return true;
  }
  return false;
}

function parseObject(text: string): Reading<JsonObject> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, detail: `The body is not JSON: ${(error as Error).message}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, detail: 'The body must be a JSON object.' };
  }
  return { ok: true, value: value as JsonObject };
}

/** Takes the documents' spelling of a key where the canonical one is not there. */
function foldAliases(body: JsonObject, aliases: Record<string, readonly string[]>): JsonObject {
  let folded = body;
  for (const [key, others] of Object.entries(aliases)) {
    if (Object.hasOwn(body, key)) continue;
    const alias = others.find((name) => Object.hasOwn(body, name));
    if (alias === undefined) continue;
    if (folded === body) folded = { ...body };
    folded[key] = body[alias];
  }
  return folded;
}

function fieldErrors(issues: readonly z.core.$ZodIssue[], body: JsonObject): FieldErrors {
  const errors: FieldErrors = {};
  for (const issue of issues) {
    const field = String(issue.path[0] ?? 'body');
    errors[field] ??= Object.hasOwn(body, field) ? issue.message : 'is required';
  }
  return errors;
}

function invalid(errors: FieldErrors): { ok: false; detail: string; errors: FieldErrors } {
  return { ok: false, detail: `The body has bad fields: ${Object.keys(errors).join(', ')}.`, errors };
}

function check<T>(schema: z.ZodType<T>, body: JsonObject): Reading<T> {
  const result = schema.safeParse(body);
  return result.success ? { ok: true, value: result.data } : invalid(fieldErrors(result.error.issues, body));
}

/**
 * Reads a body; where the text is no JSON only because of NaN or Infinity, the answer still names
 * every offending field instead of a position in the text.
 */
function read<T>(text: string, understand: (body: JsonObject, text: string) => Reading<T>): Reading<T> {
  if (isTooDeep(text)) return { ok: false, detail: `The body is nested more than ${DEPTH_LIMIT} deep.` };
  const parsed = parseObject(text);
  if (parsed.ok) return understand(parsed.value, text);
  const mended = text.replace(NO_JSON_NUMBER, (token) => (token.startsWith('"') ? token : 'null'));
  const again = mended === text ? parsed : parseObject(mended);
  if (!again.ok) return parsed;
  const reading = understand(again.value, mended);
  return reading.ok ? parsed : reading;
}

function understandMetric(body: JsonObject): Reading<Metric> {
  return check(metric, foldAliases(body, metricAliases));
}

function understandContext(body: JsonObject, h?: string): Reading<Context> {
  const folded = foldAliases(body, contextAliases);
  return check(context, h === undefined || Object.hasOwn(folded, 'h') ? folded : { ...folded, h });
}

function understandSession(body: JsonObject, text: string, h?: string): Reading<Session> {
  const folded = foldAliases(body, sessionAliases);
  const description = pairsUnder('description', text);
  const checked = check(session, {
    ...folded,
    ...(h === undefined || Object.hasOwn(folded, 'session_h') ? {} : { session_h: h }),
    tags: description.ok ? description.pairs : [],
  });
  if (checked.ok && description.ok) return checked;
  const { tags, ...errors } = checked.ok ? ({} as FieldErrors) : (checked.errors ?? {});
  if (!description.ok) errors['description'] = description.fault;
  else if (tags !== undefined) errors['description'] = `a name or text ${tags}`;
  return invalid(errors);
}

/** Reads the body of a posted metric. */
export function readMetric(text: string): Reading<Metric> {
  return read(text, understandMetric);
}

/** Reads the body of a posted session; `h` is the hash in the path, which the body's beats. */
export function readSession(text: string, h?: string): Reading<Session> {
  return read(text, (body, json) => understandSession(body, json, h));
}

/** Reads the body of a posted execution context; `h` is the hash in the path, which the body's beats. */
export function readContext(text: string, h?: string): Reading<Context> {
  return read(text, (body) => understandContext(body, h));
}

/** One thing to store, whatever way it came in. A `key` makes a metric stored once. */
export type StoredRecord =
  | { type: 'metric'; value: Metric; key?: RecordKey }
  | { type: 'session'; value: Session }
  | { type: 'context'; value: Context };

/** What makes two posts the same metric; it is forgotten after `days`, or with its metric where it has none. */
export interface RecordKey {
  text: string;
  days?: number;
}

/** Reads one line of an import: a body with its `type`, and maybe the `id` under which it is stored once. */
export function readLine(text: string): Reading<StoredRecord> {
  return read<StoredRecord>(text, (body, json) => {
    const id = body['id'];
    if (id !== undefined && (typeof id !== 'string' || id === '')) {
      return invalid({ id: 'must be a text that is not empty' });
    }
    switch (body['type']) {
      case 'metric': {
        const reading = understandMetric(body);
        if (!reading.ok) return reading;
        return {
          ok: true,
          value: { type: 'metric', value: reading.value, ...(id === undefined ? {} : { key: { text: id } }) },
        };
      }
      case 'session': {
        const reading = understandSession(body, json);
        return reading.ok ? { ok: true, value: { type: 'session', value: reading.value } } : reading;
      }
      case 'context': {
        const reading = understandContext(body);
        return reading.ok ? { ok: true, value: { type: 'context', value: reading.value } } : reading;
      }
      default:
        return invalid({ type: 'must be "metric", "session" or "context"' });
    }
  });
}

/** Records that are stored together. The id is a UUIDv7 made where they were accepted; it makes the batch stored once. */
export interface Batch {
  id: string;
  records: readonly StoredRecord[];
  /** What whoever follows it further needs to know; only there where somebody does. */
  trace?: string;
}
