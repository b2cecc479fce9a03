import { assert, constantFrom, dictionary, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exportFilters, ProblemError, readExport, readQuery, type ExportRequest } from '../src/index.ts';

function read(query: string): ExportRequest {
  return readExport(readQuery(query));
}

function refused(query: string): string {
  try {
    read(query);
  } catch (error) {
    if (error instanceof ProblemError) return `${error.status} ${error.message}`;
    throw error;
  }
  throw new Error(`${query} was taken`);
}

describe('an export', () => {
  test('has all metrics as NDJSON, without joins, where nothing is asked for', () => {
    expect(read('')).toEqual({ filter: {}, format: 'ndjson', joined: [] });
  });

  test('takes every filter with any text', () => {
    const filters = dictionary(constantFrom(...exportFilters), string({ unit: 'grapheme' }));
    assert(
      property(filters, (filter) => {
        const query = Object.entries(filter).map(([name, text]) => `${name}=${encodeURIComponent(text)}`);
        expect(read(query.join('&')).filter).toEqual({ ...filter });
      }),
    );
  });

  test('takes a time range, a format and joins, these in one order and once', () => {
    expect(read('since=1970-01-01T00:00:01Z&format=csv&join=context,session,context')).toEqual({
      filter: { range: { since: 1_000_000 } },
      format: 'csv',
      joined: ['session', 'context'],
    });
    expect(read('join=')).toMatchObject({ joined: [] });
  });

  test('takes the first of several values', () => {
    expect(read('kind=module&kind=class&format=csv&format=ndjson')).toMatchObject({
      filter: { kind: 'module' },
      format: 'csv',
    });
  });

  test('says what is wrong', () => {
    expect(refused('format=xml')).toMatch(/^400 format must be ndjson or csv, not "xml"/);
    expect(refused('join=session,test')).toMatch(/^400 join must be session or context, not "test"/);
    expect(refused('componnt=lib')).toMatch(/^400 An export has no parameter "componnt", only component, /);
    expect(refused('since=yesterday')).toMatch(/^400 since must be a time/);
  });
});
