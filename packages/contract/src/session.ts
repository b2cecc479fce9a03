import { z } from 'zod';
import { hash, text } from './text.ts';
import { time } from './time.ts';

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

/** The tags that pytest-monitor sets on a CI system. */
export const PIPELINE_TAG = 'pipeline_branch';
export const BUILD_TAG = 'pipeline_build_no';

const tagAnswer = z.object({ name: z.string(), key: z.string(), value: z.string() });

/** A session as it is answered. `name` and `key` are the same text: the traffic has one, the documents the other. */
export const sessionAnswer = session.extend({
  scm_ref: z.string().nullable(),
  tags: z.array(tagAnswer),
});

/** Spells a session's tags out as the wire has them. */
export function answerSession(value: Session): z.infer<typeof sessionAnswer> {
  return {
    session_h: value.session_h,
    run_date: value.run_date,
    scm_ref: value.scm_ref,
    tags: value.tags.map(([name, tag]) => ({ name, key: name, value: tag })),
  };
}

/** The text of the first tag of that name that is not empty. */
export function tagOf(value: Session, name: string): string | undefined {
  return value.tags.find(([key, tag]) => key === name && tag !== '')?.[1];
}
