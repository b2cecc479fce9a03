import { describe, expect, test, vi } from 'vitest';
import { createHealth, onePartOf } from '../src/management/health.ts';

const works = () => Promise.resolve();
const fails = (reason: string) => () => Promise.reject(new Error(reason));

describe('readiness', () => {
  test('needs every part unless told otherwise, and names the reason of each that fails', async () => {
    const probes = { queue: works, writing: fails('no route to host') };
    expect(await createHealth(probes).readiness()).toEqual({
      ready: false,
      parts: { queue: { ok: true }, writing: { ok: false, reason: 'no route to host' } },
    });
    expect(await createHealth(probes, onePartOf(['queue', 'writing'])).readiness()).toMatchObject({
      ready: true,
      parts: { writing: { ok: false } },
    });
    expect((await createHealth(probes, onePartOf(['writing'])).readiness()).ready).toBe(false);
  });

  test('ends with the stop, although all parts work', async () => {
    const health = createHealth({ queue: works });
    expect((await health.readiness()).ready).toBe(true);
    health.stop();
    expect(await health.readiness()).toEqual({
      ready: false,
      parts: { queue: { ok: true }, process: { ok: false, reason: 'it is stopping' } },
    });
  });

  test('looks at a part once however many ask', async () => {
    const probe = vi.fn<() => Promise<void>>(works);
    const health = createHealth({ queue: probe });
    await Promise.all(Array.from({ length: 20 }, () => health.readiness()));
    await health.readiness();
    expect(probe).toHaveBeenCalledOnce();
  });

  test('gives up a part that hangs, and finds out when it answers again', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    try {
      const answer = Promise.withResolvers<void>();
      const health = createHealth({ queue: () => answer.promise });
      const asked = health.readiness();
      await vi.advanceTimersByTimeAsync(2_000);
      expect((await asked).parts['queue']).toEqual({ ok: false, reason: 'no answer within 2 s' });
      answer.resolve();
      await vi.advanceTimersByTimeAsync(0);
      expect((await health.readiness()).parts['queue']).toEqual({ ok: true });
    } finally {
      vi.useRealTimers();
    }
  });
});
