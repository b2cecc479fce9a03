import { openFolder } from '@monitor-server/bench/release';
import { openServer } from '@monitor-server/bench/target';
import { createClient } from './client.ts';
import { createLedger } from './ledger.ts';
import type { Options } from './options.ts';
import { describe, settle } from './tally.ts';
import { readAll } from './walk.ts';

const posts = 2000;

/** As many posts at the same moment, each on a connection of its own. */
export const parallel = async ({ rounds = 1, workers }: Options): Promise<boolean> => {
  const folder = openFolder();
  const server = await openServer({ folder: folder.path, workers });
  const client = createClient(server.port, true);
  const ledger = createLedger();
  const post = async (): Promise<number | string> => {
    const { serial, path, body } = ledger.next();
    const outcome = await client.post(path, body);
    if (outcome === 201) ledger.acknowledge(serial);
    return outcome;
  };
  const begin = performance.now();
  const outcomes: (number | string)[] = [];
  for (let round = 0; round < rounds; round++) {
    outcomes.push(...(await Promise.all(Array.from({ length: posts }, post))));
  }
  const took = performance.now() - begin;
  const balance = await ledger.compare(readAll(server.port));
  const exit = await server.stop();
  folder.close();
  const others = outcomes.filter((outcome) => outcome !== 201);
  return settle(`parallel, ${rounds} × ${posts} posts on new connections`, {
    figures: {
      sent: ledger.sent(),
      'acknowledged (201)': ledger.acknowledged.size,
      'milliseconds a round': Math.round(took / rounds),
      stored: balance.stored,
      'other answers were': describe(others),
    },
    mustBeZero: {
      'other answers': others.length,
      lost: balance.lost,
      doubled: balance.doubled,
      altered: balance.altered,
      'stored more or less than sent': Math.abs(balance.stored - ledger.sent()),
      'exit code of the stop': exit.code ?? 1,
    },
  });
};
