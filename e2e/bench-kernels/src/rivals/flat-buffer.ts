/** A number in a table, and how many bytes it takes. */
interface Scalar {
  readonly bytes: 1 | 4;
  readonly value: number;
}

/** What stands elsewhere in the file: a string, a vector of numbers or of tables, or a table. */
type Referenced = string | Float32Array | Int32Array | BigInt64Array | Uint8Array | readonly Table[] | Table;

/** A table: its fields in the order of the schema, `undefined` where one has its default. */
export interface Table {
  readonly fields: readonly (Scalar | Referenced | undefined)[];
}

/** A field of 1 byte, and one of 4; signed or not. */
export const byte = (value: number): Scalar => ({ bytes: 1, value });
export const int = (value: number): Scalar => ({ bytes: 4, value });

/** A file in the FlatBuffers format, with its identifier of four letters. What is referred to stands behind what refers to it. */
export function flatBuffer(root: Table, identifier: string): Uint8Array<ArrayBuffer> {
  const writes: ((view: DataView) => void)[] = [];
  let end = 8;
  refer(0, root);
  const bytes = new Uint8Array(aligned(end));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(identifier), 4);
  for (const write of writes) write(view);
  return bytes;

  function refer(from: number, to: Referenced): void {
    const at = place(to);
    writes.push((view) => view.setUint32(from, at - from, true));
  }

  function place(value: Referenced): number {
    if (typeof value === 'string') return placeNumbers(new TextEncoder().encode(value), 1);
    if (ArrayBuffer.isView(value)) return placeNumbers(value, 0);
    return 'fields' in value ? placeTable(value) : placeTables(value);
  }

  /** The number of elements, then these, on 16 bytes, which is what weights need; strings end with a zero that is not counted. */
  function placeNumbers(numbers: Exclude<Referenced, string | Table | readonly Table[]>, zeros: number) {
    const at = aligned(end + 4) - 4;
    end = at + 4 + numbers.byteLength + zeros;
    writes.push((view) => {
      view.setUint32(at, numbers.length, true);
      const raw = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
      new Uint8Array(view.buffer).set(raw, at + 4);
    });
    return at;
  }

  function placeTables(tables: readonly Table[]): number {
    const at = aligned(end);
    end = at + 4 + 4 * tables.length;
    writes.push((view) => view.setUint32(at, tables.length, true));
    tables.forEach((table, index) => refer(at + 4 + 4 * index, table));
    return at;
  }

  /** Where its fields are, each on 4 bytes; then how far back that stands, and the fields. */
  function placeTable({ fields }: Table): number {
    const list = aligned(end);
    const at = aligned(list + 4 + 2 * fields.length);
    end = at + 4 + 4 * fields.length;
    writes.push((view) => {
      view.setUint16(list, 4 + 2 * fields.length, true);
      view.setUint16(list + 2, 4 + 4 * fields.length, true);
      view.setInt32(at, at - list, true);
    });
    fields.forEach((field, index) => {
      if (field === undefined) return;
      const place = 4 + 4 * index;
      writes.push((view) => view.setUint16(list + 4 + 2 * index, place, true));
      if (typeof field !== 'object' || !('bytes' in field)) return refer(at + place, field);
      writes.push((view) =>
        field.bytes === 1
          ? view.setUint8(at + place, field.value)
          : view.setInt32(at + place, field.value, true),
      );
    });
    return at;
  }
}

const aligned = (address: number) => Math.ceil(address / 16) * 16;
