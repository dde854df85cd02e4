import { createHash, type Hash } from 'node:crypto';

/** Characters of a digest: 64 bits, which no two of some thousand items share by chance. */
const length = 16;

/**
 * A digest of plain data: JSON values, typed arrays, maps and lists of them. The order of an object's members means nothing and
 * does not count; members that are `undefined` are as good as absent.
 */
export function digestOf(content: unknown): string {
  const hash = createHash('sha256');
  add(hash, content);
  return hash.digest('hex').slice(0, length);
}

/** Reports began to tell verdicts later, beside what they told before. */
const isVerdict = (name: string, member: unknown): boolean =>
  name === 'verdict' && typeof member === 'object' && member !== null && 'grade' in member;

function add(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) return addBytes(hash, value);
  if (value instanceof ArrayBuffer) return addBytes(hash, new Uint8Array(value));
  if (value instanceof Map) return add(hash, Object.fromEntries(value as Map<string, unknown>));
  if (Array.isArray(value)) {
    hash.update(`[${value.length}:`);
    for (const each of value) add(hash, each);
  } else if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(
      ([name, member]) => member !== undefined && !isVerdict(name, member),
    );
    hash.update(`{${members.length}:`);
    for (const [name, member] of members.sort(([a], [b]) => (a < b ? -1 : 1))) {
      add(hash, name);
      add(hash, member);
    }
  } else hash.update(`${typeof value} ${Object.is(value, -0) ? '-0' : JSON.stringify(value)};`);
}

function addBytes(hash: Hash, view: ArrayBufferView): void {
  hash.update(`${view.constructor.name} ${view.byteLength}:`);
  hash.update(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}
