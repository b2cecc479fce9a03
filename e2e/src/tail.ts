import { setTimeout as sleep } from 'node:timers/promises';
import { openFolder } from '@monitor-server/bench/release';
import { openServer } from '@monitor-server/bench/target';
import type { Metric } from '@monitor-server/contract';
import { createLedger } from './ledger.ts';
import { lists } from './lists.ts';
import type { Options } from './options.ts';
import { isSession } from './records.ts';
import { settle } from './tally.ts';
import { openTraffic } from './traffic.ts';
import { walk } from './walk.ts';

const writers = 4;
const walkLimit = 20_000;

/** Follows links while others write: misses nothing that was there when it began, sees nothing twice. */
export const tail = async ({ rounds = 3, connections = writers, workers }: Options): Promise<boolean> => {
  const folder = openFolder();
  const server = await openServer({ folder: folder.path, workers });
  const ledger = createLedger();
  const traffic = openTraffic({ ports: [server.port], connections, ledger });
  await sleep(3000);
  let [walks, pages, seenAll, missed, twice, foreign, gained, endless] = [0, 0, 0, 0, 0, 0, 0, 0];

  for (let round = 0; round < rounds; round++) {
    for (const { path, holds } of Object.values(lists)) {
      const before = [...ledger.acknowledged].filter((serial) => !isSession(serial) && holds(serial));
      const seen = new Set<number>();
      const end = performance.now() + walkLimit;
      for await (const page of walk<Metric>(server.port, path, 'metrics')) {
        pages++;
        for (const { total_time: serial } of page) {
          if (seen.has(serial)) twice++;
          if (!holds(serial)) foreign++;
          seen.add(serial);
        }
        if (performance.now() < end) continue;
        endless++;
        break;
      }
      walks++;
      seenAll += seen.size;
      gained += seen.size - before.length;
      missed += before.filter((serial) => !seen.has(serial)).length;
    }
  }
  await traffic.stop();
  const exit = await server.stop();
  folder.close();
  return settle(`tail, ${rounds} rounds, ${connections} writers`, {
    figures: {
      sent: ledger.sent(),
      'acknowledged (201)': ledger.acknowledged.size,
      'lists walked': walks,
      'pages read': pages,
      'metrics read': seenAll,
      'of these stored after the walk began': gained,
    },
    mustBeZero: {
      'other answers': traffic.failures.length,
      missed,
      'seen twice': twice,
      'in the wrong list': foreign,
      'walks not over after 20 s': endless,
      'exit code of the stop': exit.code ?? 1,
    },
  });
};
