import { z } from 'zod';
import { hash, text, time } from './fields.ts';

/** One tag of a session: a name and its text. */
export type TagPair = readonly [name: string, value: string];

/** One run of pytest by one process. `tags` keep the order in which they were posted. */
export const session = z.object({
  session_h: hash,
  run_date: time,
  scm_ref: text.nullish().transform((value) => value ?? null),
  tags: z.array(z.tuple([text, text])),
});

export interface Session {
  session_h: string;
  run_date: string;
  scm_ref: string | null;
  tags: TagPair[];
}

/** The documents' spellings of session keys, by canonical key. */
export const sessionAliases = { session_h: ['h'] } as const;

const tagAnswer = z.object({ name: z.string(), key: z.string(), value: z.string() });

/** A session as it is answered. `name` and `key` are the same text: the traffic has one, the documents the other. */
export const sessionAnswer = session.extend({
  scm_ref: z.string().nullable(),
  tags: z.array(tagAnswer),
});

export type SessionAnswer = z.infer<typeof sessionAnswer>;
