import { hash, readSession, session, type Session, type Tag } from '@monitor-server/testing';
import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api } = await standalone();

const stored = async (session_h: string): Promise<Session[]> => {
  const { status, json } = await api.get(`/sessions/${encodeURIComponent(session_h)}`);
  return status === 204 ? [] : json.sessions;
};

const tag = (name: string, value: string): Tag => ({ name, key: name, value });

/** A session whose description is this very text of JSON. */
const described = (description: string, given: Parameters<typeof session>[0] = {}): string => {
  const { description: _, ...rest } = session(given);
  return `${JSON.stringify(rest).slice(0, -1)},"description":${description}}`;
};

describe('a posted session', () => {
  it('is answered with tags and read back', async () => {
    const row = session({
      description: { pipeline_branch: 'main', pipeline_build_no: '42', __ci__: 'gitlabci' },
    });
    const { status, json } = await api.post('/sessions/', row);
    expect([status, json]).toEqual([201, readSession(row)]);
    expect(await stored(row.session_h)).toEqual([readSession(row)]);
  });

  it('may call its hash h, and its own name wins', async () => {
    const { session_h, ...rest } = session();
    const { status, json } = await api.post<Session>('/sessions/', { ...rest, h: session_h });
    expect([status, json.session_h]).toEqual([201, session_h]);
    const other = hash();
    await api.store('/sessions/', [{ ...rest, h: 'not this', session_h: other }]);
    expect(await stored(other)).toHaveLength(1);
    expect(await stored('not this')).toEqual([]);
  });

  it('may have its hash in the path, unless the body has one', async () => {
    const { session_h, ...rest } = session();
    for (const [path, wanted] of [
      [session_h, session_h],
      ['a%2Fb%20c/', 'a/b c'],
    ] as const) {
      const { status, json } = await api.post<Session>(`/sessions/${path}`, rest);
      expect([status, json.session_h]).toEqual([201, wanted]);
      expect(await stored(wanted)).toHaveLength(1);
    }
    const body = session();
    await api.store('/sessions/of-the-path', [body]);
    expect(await stored(body.session_h)).toEqual([readSession(body)]);
    expect(await stored('of-the-path')).toEqual([]);
  });

  it.each([undefined, null, '', 'v1.2'])('may have the scm_ref %j', async (scm_ref) => {
    const { scm_ref: _, ...rest } = session();
    const { status, json } = await api.post<Session>('/sessions/', { ...rest, scm_ref });
    expect([status, json.scm_ref]).toEqual([201, scm_ref ?? null]);
    expect((await stored(rest.session_h)).map((row) => row.scm_ref)).toEqual([scm_ref ?? null]);
  });

  it('keeps its first content', async () => {
    const row = session();
    const later = { ...row, run_date: '2020-01-01', scm_ref: null, description: { other: 'x' } };
    for (const body of [row, row, later]) expect((await api.post('/sessions/', body)).status).toBe(201);
    expect(await stored(row.session_h)).toEqual([readSession(row)]);
  });

  it('ignores what it does not know', async () => {
    const row = session();
    const { status, json } = await api.post('/sessions/', { ...row, tags: [tag('a', 'b')], extra: 1 });
    expect([status, json]).toEqual([201, readSession(row)]);
  });
});

describe('a description', () => {
  const cases: [json: string, tags: Tag[]][] = [
    ['{}', []],
    ['{"a":"x","b":""}', [tag('a', 'x'), tag('b', '')]],
    [
      '{"b":"1","10":"2","a":"3","9":"4","-1":"5","01":"6"}',
      ['b', '10', 'a', '9', '-1', '01'].map((name, i) => tag(name, String(i + 1))),
    ],
    [
      '{"f":1.0,"e":1e5,"E":-2.50E+3,"n":-0.0,"i":7,"z":0}',
      [
        tag('f', '1.0'),
        tag('e', '1e5'),
        tag('E', '-2.50E+3'),
        tag('n', '-0.0'),
        tag('i', '7'),
        tag('z', '0'),
      ],
    ],
    [
      '{"big":12345678901234567890123,"small":0.1000000000000000055511151231257827}',
      [tag('big', '12345678901234567890123'), tag('small', '0.1000000000000000055511151231257827')],
    ],
    ['{"t":true,"f":false}', [tag('t', 'True'), tag('f', 'False')]],
    [
      '{"__proto__":"p","constructor":"c","toString":"t","":"empty"}',
      [tag('__proto__', 'p'), tag('constructor', 'c'), tag('toString', 't'), tag('', 'empty')],
    ],
    ['{"__proto__":1.0}', [tag('__proto__', '1.0')]],
    [
      '{"esc\\u0061ped \\"x\\"":"\\u00e9\\n\\\\ {\\"1\\": 2.0}","👍":"1.0"}',
      [tag('escaped "x"', 'é\n\\ {"1": 2.0}'), tag('👍', '1.0')],
    ],
    [' {\n "a" :\t1.50 , "b" : "x,y" } ', [tag('a', '1.50'), tag('b', 'x,y')]],
  ];

  it.each(cases)('becomes pairs in its order: %s', async (description, tags) => {
    const row = session();
    const { status, json } = await api.post<Session>('/sessions/', described(description, row));
    expect([status, json.tags]).toEqual([201, tags]);
    expect((await stored(row.session_h)).map((one) => one.tags)).toEqual([tags]);
  });

  it.each(cases)('may be a text that holds one: %s', async (description, tags) => {
    const row = session();
    const { status, json } = await api.post<Session>('/sessions/', { ...row, description });
    expect([status, json.tags]).toEqual([201, tags]);
    expect((await stored(row.session_h)).map((one) => one.tags)).toEqual([tags]);
  });

  it('may lie before or after the other keys', async () => {
    const row = session();
    const { description: _, ...rest } = row;
    const text = `{"description":{"2":1.0,"1":2.0},${JSON.stringify(rest).slice(1)}`;
    const { json } = await api.post<Session>('/sessions/', text);
    expect(json.tags).toEqual([tag('2', '1.0'), tag('1', '2.0')]);
  });

  it('is not looked for inside other keys', async () => {
    const text = described('{"a":1.0}').replace(
      '{',
      '{"other":{"description":{"a":2.0}},"note":"\\"description\\":{\\"a\\":3.0}",',
    );
    expect((await api.post<Session>('/sessions/', text)).json.tags).toEqual([tag('a', '1.0')]);
  });

  const bad = [
    'null',
    '[]',
    '["a"]',
    '[["a","b"]]',
    '1',
    'true',
    '""',
    '"text"',
    '"[]"',
    '"null"',
    '"1"',
    '"{"',
    '{"a":null}',
    '{"a":[]}',
    '{"a":{}}',
    '{"a":{"b":1}}',
    '"{\\"a\\":null}"',
    '"{\\"a\\":[1]}"',
  ];
  it.each(bad)('is refused where it is not of depth 1: %s', async (description) => {
    const row = session();
    const { status, json } = await api.post('/sessions/', described(description, row));
    expect(status).toBe(400);
    expect(Object.keys(json.errors ?? {}).join()).toMatch(/^description/);
    expect(await stored(row.session_h)).toEqual([]);
  });

  it.each([
    '{"a":"\\u0000"}',
    '{"\\u0000":"a"}',
    '{"a":NaN}',
    '{"a":-Infinity}',
    '{"a":1e}',
    '{"a":01}',
    "{'a':1}",
    '{"a":1,}',
  ])('is refused where it is no JSON or no text: %s', async (description) => {
    const row = session();
    expect((await api.post('/sessions/', described(description, row))).status).toBe(400);
    expect((await api.post('/sessions/', { ...row, description })).status).toBe(400);
    expect(await stored(row.session_h)).toEqual([]);
  });

  it('keeps surrogates as U+FFFD', async () => {
    const row = session();
    const { status } = await api.post('/sessions/', described('{"a\\ud800":"\\udc00b"}', row));
    expect(status).toBe(201);
    expect((await stored(row.session_h)).map((one) => one.tags)).toEqual([[tag('a\uFFFD', '\uFFFDb')]]);
  });
});

describe('a session that is no session', () => {
  it('names every offending field', async () => {
    const { json, status } = await api.post('/sessions/', {});
    expect(status).toBe(400);
    expect(Object.keys(json.errors ?? {}).sort()).toEqual(['description', 'run_date', 'session_h']);
    for (const [name, value] of [
      ['session_h', ''],
      ['session_h', 1],
      ['session_h', null],
      ['session_h', 'a\u0000'],
      ['run_date', null],
      ['run_date', 1],
      ['scm_ref', 1],
      ['scm_ref', []],
      ['scm_ref', 'a\u0000'],
    ] as const) {
      const answer = await api.post('/sessions/', { ...session(), [name]: value });
      expect([name, value, answer.status]).toEqual([name, value, 400]);
      expect(Object.keys(answer.json.errors ?? {})).toEqual([name]);
    }
  });
});
