/** A tensor as the scripts in Python write it. */
export interface Packed {
  readonly shape: readonly number[];
  readonly type: 'float32' | 'int32';
  /** Base64, row-major and little-endian. */
  readonly data: string;
}

export function valuesOf({ type, data }: Packed): Float32Array | Int32Array {
  const { buffer } = Uint8Array.from(Buffer.from(data, 'base64'));
  return type === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer);
}

export function parseJson<Value>(bytes: Uint8Array): Value {
  return JSON.parse(new TextDecoder().decode(bytes)) as Value;
}
