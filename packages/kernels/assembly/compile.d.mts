/** The module of a variant. */
export function compileVariant(variant: 'simd' | 'relaxed'): Promise<Uint8Array>;

/** The numbers of the sections of a module, in their order. */
export function sectionsOf(bytes: Uint8Array): number[];
