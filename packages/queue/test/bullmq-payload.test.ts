import type { StoredRecord } from '@monitor-server/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePayload, encodePayload, PayloadError } from '../src/bullmq/payload.ts';
import { batchOf } from './bullmq.ts';

/** What arrives at the other end. */
function transported(payload: unknown): unknown {
  return JSON.parse(JSON.stringify(payload));
}

/** What is read, or whatever is thrown instead. */
function reading(data: unknown): unknown {
  try {
    return decodePayload(data);
  } catch (error) {
    return error;
  }
}

type StoredBatch = ReturnType<typeof decodePayload>;

const record = fc.record({
  type: fc.constantFrom('metric', 'session', 'context'),
  value: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
}) as unknown as fc.Arbitrary<StoredRecord>;

describe('a payload', () => {
  test('comes back as it was, whatever the records hold and however many they are', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), fc.option(fc.string()), (records, trace) => {
        const batch = { records, ...(trace !== null && { trace }) };
        expect(decodePayload(transported(encodePayload(batch)))).toEqual(transported(batch));
      }),
    );
  });

  test('of few records is readable, of many it takes less than half', () => {
    const [few, many] = [batchOf(2).records, batchOf(50).records];
    expect(encodePayload({ records: few })).toEqual({ v: 1, records: few });
    expect(JSON.stringify(encodePayload({ records: many })).length).toBeLessThan(
      JSON.stringify(many).length / 2,
    );
  });

  test('may have more keys than this version knows', () => {
    const { records } = batchOf(2);
    expect(decodePayload({ v: 1, records, acceptedBy: 'later' })).toEqual({ records });
  });

  test.each([
    [undefined, /no version/],
    [{}, /no version/],
    [null, /no version/],
    [{ v: 2, records: [] }, /version 2.*version 1.*newer worker/],
    [{ v: '1', records: [] }, /version "1"/],
    [{ v: 1 }, /no list of records/],
    [{ v: 1, records: {} }, /no list of records/],
    [
      {
        v: 1,
        records: [
          { type: 'metric', value: {} },
          { type: 'trace', value: {} },
        ],
      },
      /record 2 of 2/,
    ],
    [{ v: 1, records: [null] }, /record 1 of 1/],
    [{ v: 1, records: [{ type: 'metric', value: null }] }, /record 1 of 1/],
    [{ v: 1, zstd: 'AAAA' }, /damaged/],
    [{ v: 1, zstd: '' }, /damaged/],
  ])('%j is refused for its reason', (data, reason) => {
    expect(() => decodePayload(data)).toThrow(PayloadError);
    expect(() => decodePayload(data)).toThrow(reason);
  });

  test('of whatever kind is read or refused, and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.anything(), fc.base64String(), (anything, zstd) => {
        for (const data of [anything, { v: 1, zstd }, { v: 1, records: anything }]) {
          expect(reading(data)).toSatisfy(
            (read) => read instanceof PayloadError || Array.isArray((read as StoredBatch).records),
          );
        }
      }),
    );
  });
});
