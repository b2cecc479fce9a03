import { metric, session } from '@monitor-server/testing';
import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api } = await standalone();

const days = ['2024-03-01', '2024-02-29', '1999-12-31', '2026-11-22'];
const clocks = [
  '10:11',
  '10:11:12',
  '00:00:00',
  '23:59:59',
  '10:11:12.5',
  '10:11:12.123456',
  '10:11:12.1234567890123',
];
const zones = ['', 'Z', '+00:00', '+02:00', '-05:30', '+0200', '-0530'];

const valid = [
  ...days,
  ...clocks.flatMap((clock) =>
    zones.flatMap((zone) => [`2024-03-01T${clock}${zone}`, `2024-03-01 ${clock}${zone}`]),
  ),
  '2024-03-01T10:11:12.000',
  '2024-03-01T10:11:12.100000',
  `2024-03-01T10:11:12.${'123456789'.repeat(20)}`,
];

const invalid = [
  '',
  ' ',
  'now',
  'yesterday',
  '2024',
  '2024-03',
  '20240301',
  '2024-3-1',
  '24-03-01',
  '2024-13-01',
  '2024-00-01',
  '2024-03-00',
  '2024-02-30',
  '2023-02-29',
  '2024-04-31',
  '2024/03/01',
  '01.03.2024',
  '2024-03-01T',
  '2024-03-01T10',
  '2024-03-01T10:1',
  '2024-03-01T1:11',
  '2024-03-01T25:11',
  '2024-03-01T10:60',
  '2024-03-01T10:11:61',
  '2024-03-01T10:11:12.',
  '2024-03-01T10:11:12,5',
  '2024-03-01T10:11.5',
  '2024-03-01  10:11',
  '2024-03-01_10:11',
  '2024-03-01T10:11:12+2',
  '2024-03-01T10:11:12+02:0',
  '2024-03-01T10:11:12 +02:00',
  '2024-03-01T10:11:12+02:00Z',
  '2024-03-01T10:11:12 UTC',
  ' 2024-03-01',
  '2024-03-01 ',
  '2024-03-01T10:11:12\n',
  '+2024-03-01',
  '-2024-03-01',
  '٢٠٢٤-03-01',
  '1700000000',
  '2024-W09-5',
  'P1D',
];

describe('a time', () => {
  it.each(valid)('comes back as it was sent: %j', async (time) => {
    const row = metric({ item_start_time: time });
    const posted = await api.post('/metrics/', row);
    expect([posted.status, posted.json]).toEqual([201, row]);
    const { json } = await api.get(`/sessions/${row.session_h}/metrics`);
    expect(json.metrics).toEqual([row]);
  });

  it.each(valid)('comes back as it was sent with a session: %j', async (time) => {
    const row = session({ run_date: time });
    expect((await api.post('/sessions/', row)).status).toBe(201);
    const { json } = await api.get(`/sessions/${row.session_h}`);
    expect(json.sessions.map(({ run_date }) => run_date)).toEqual([time]);
  });

  it.each(invalid)('is refused where it is none: %j', async (time) => {
    const bad = await api.post('/metrics/', metric({ item_start_time: time }));
    expect([bad.status, Object.keys(bad.json.errors ?? {})]).toEqual([400, ['item_start_time']]);
    const worse = await api.post('/sessions/', session({ run_date: time }));
    expect([worse.status, Object.keys(worse.json.errors ?? {})]).toEqual([400, ['run_date']]);
  });
});
