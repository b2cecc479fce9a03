import { setTimeout as sleep } from 'node:timers/promises';
import type { Metric } from '@monitor-server/contract';
import type { List } from './lists.ts';
import { readPage } from './walk.ts';

/** A reader that follows links to the end of a list, and then waits there for what is added. */
export interface Tailing {
  list: List;
  /** The numbers of what it read, in order. */
  serials: number[];
  pages: () => number;
  /** Pages on which something had changed but at their end. */
  moved: () => number;
  /** Resolves when it has read what there is now. */
  finish: () => Promise<void>;
}

export const openTailing = (port: number, list: List): Tailing => {
  const serials: number[] = [];
  let [pages, moved] = [0, 0];
  let isOver = false;

  const run = async (): Promise<void> => {
    let link = list.path;
    let pageBegin = 0;
    for (;;) {
      const isLast = isOver;
      const { items, next } = await readPage<Metric>(port, link, 'metrics');
      const page = items.map(({ total_time: serial }) => serial);
      const known = serials.slice(pageBegin);
      if (known.some((serial, at) => page[at] !== serial)) moved++;
      serials.push(...page.slice(known.length));
      if (next !== undefined) {
        pages++;
        link = next;
        pageBegin = serials.length;
      } else if (isLast) {
        return;
      } else {
        await sleep(50);
      }
    }
  };

  const running = run();
  return {
    list,
    serials,
    pages: () => pages,
    moved: () => moved,
    finish: async () => {
      isOver = true;
      await running;
    },
  };
};
