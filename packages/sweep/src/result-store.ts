import type { Outcome } from './job.js';

/** Where results are kept, by the address of what they depend on. */
export interface ResultStore {
  get(key: string): Promise<Outcome | undefined>;
  put(outcome: Outcome): Promise<void>;
}

/** Results in memory. */
export function memoryStore(): ResultStore {
  const kept = new Map<string, Outcome>();
  return {
    get: async (key) => kept.get(key),
    put: async (outcome) => void kept.set(outcome.key, outcome),
  };
}
