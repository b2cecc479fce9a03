/** The sixteen bytes of a batch's id. */
export function batchIdBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** The first eight bytes of a UUIDv7 of that millisecond, then zeros: ids below it are older. */
export function batchIdAt(milliseconds: number): Buffer {
  const id = Buffer.alloc(16);
  id.writeUIntBE(Math.max(0, milliseconds), 0, 6);
  return id;
}

/** When a batch was made. */
export function millisecondsOf(id: Buffer): number {
  return id.readUIntBE(0, 6);
}
