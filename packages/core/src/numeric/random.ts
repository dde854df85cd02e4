import { checkText } from '../errors/check-kinds.js';

/** A seeded source of uniform numbers in [0, 1). The same seed gives the same sequence on every machine. */
export type Random = () => number;

/** The splitmix32 generator: 32 bits of state, full period. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 4294967296;
  };
}

/** A 32-bit seed from a base seed and a name, so that each weight has a stream of its own (FNV-1a). */
export function seedFrom(seed: number, name: string): number {
  checkText(name, 'seedFrom(seed, name)');
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
