import { canonicalTime } from '@monitor-server/contract/values';

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const threeDigits = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

const MINUTE_US = 60_000_000;

/**
 * Writes times as `canonicalTime` does, in a tenth of the time where they are near each other, as the start times of
 * metrics in order of storing mostly are: the minute is written once.
 */
export function createStartTimes(): (micros: number) => string {
  let minute = Number.NaN;
  let upToSeconds = '';
  return (micros) => {
    const wanted = Math.floor(micros / MINUTE_US);
    if (wanted !== minute) {
      upToSeconds = (canonicalTime(wanted * MINUTE_US) ?? '').slice(0, 17);
      minute = wanted;
    }
    const rest = micros - minute * MINUTE_US;
    const milliseconds = Math.floor(rest / 1_000);
    const second = twoDigits[Math.floor(milliseconds / 1_000)];
    return `${upToSeconds}${second}.${threeDigits[milliseconds % 1_000]}${threeDigits[rest % 1_000]}`;
  };
}
