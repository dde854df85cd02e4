// What hosts of this package have, though the ECMAScript library does not name it.

/** The part of a WebAssembly memory that is used here: tfjs and hosts have their own declarations of it. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

export interface WasmModule {
  readonly exports?: never;
}

export interface WasmApi {
  validate(bytes: Uint8Array): boolean;
  compile(bytes: Uint8Array): Promise<WasmModule>;
  instantiate(module: WasmModule, imports: object): Promise<{ readonly exports: object }>;
  readonly Memory: new (limits: { initial: number; maximum?: number }) => WasmMemory;
}

/** WebAssembly of this host, or `undefined`. */
export function webAssembly(): WasmApi | undefined {
  return (globalThis as { WebAssembly?: WasmApi }).WebAssembly;
}
