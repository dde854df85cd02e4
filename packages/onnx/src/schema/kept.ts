import type { Message } from '@bufbuild/protobuf';

/**
 * The bytes of a known field that was kept as bytes because JavaScript values cannot hold it exactly: floats with
 * NaN bit patterns, text that is not UTF-8. `undefined` when the field was decoded as usual.
 */
export function keptBytes(message: Message, fieldNumber: number): Uint8Array<ArrayBuffer> | undefined {
  const payloads = (message.$unknown ?? [])
    .filter((field) => field.no === fieldNumber && field.wireType !== 0)
    .map((field) => (field.wireType === 2 ? withoutLength(field.data) : field.data));
  return payloads.length === 0 ? undefined : joined(payloads);
}

/** Drops the length varint in front of a payload. */
function withoutLength(data: Uint8Array): Uint8Array {
  let start = 0;
  while ((data[start] as number) >= 0x80) start++;
  return data.subarray(start + 1);
}

function joined(payloads: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(payloads.reduce((sum, payload) => sum + payload.length, 0));
  let position = 0;
  for (const payload of payloads) {
    bytes.set(payload, position);
    position += payload.length;
  }
  return bytes;
}
