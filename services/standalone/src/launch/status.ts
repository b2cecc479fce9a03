import type { Settings } from '@monitor-server/runtime/config';
import { describeUrl } from './address.ts';
import { answers } from './answer.ts';
import type { Command } from './command.ts';
import { logPath } from './record.ts';
import { absence, runningServer } from './stop.ts';

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units of a time span: `3 d 4 h`, `12 s`. */
export const span = (milliseconds: number): string => {
  let rest = Math.max(0, Math.floor(milliseconds / 1_000));
  const parts = units.flatMap(([name, seconds]) => {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    return count > 0 ? [`${count} ${name}`] : [];
  });
  return parts.slice(0, 2).join(' ') || '0 s';
};

/** Tells about the server of a port and log folder. 0: it runs and answers. 3: it does not run. 4: no answer. */
export const status = async (
  place: Settings<'port' | 'logFolder'>,
  { say }: Pick<Command, 'say'>,
): Promise<number> => {
  const record = runningServer(place);
  if (record === undefined) {
    say(absence(place));
    return 3;
  }
  const up = await answers(record.url);
  const state =
    record.phase === 'starting' ? 'is starting' : up ? 'is running' : 'is running but does not answer';
  say(`monitor-server ${state}, pid ${record.pid}, up ${span(Date.now() - Date.parse(record.since))}`);
  for (const line of describeUrl(record.url)) say(`  ${line}`);
  say(`  log           ${logPath(place)}`);
  return up ? 0 : 4;
};
