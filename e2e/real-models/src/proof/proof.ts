import type { Gate } from './gate.js';
import type { Part, Section, Tell } from './section.js';

/** Everything that was measured. */
export interface Proof {
  /** `lowbit-proof-onnx` … */
  readonly format: string;
  readonly seconds: number;
  readonly sections: readonly Section[];
  /** The gates that were missed. */
  readonly missed: readonly Gate[];
}

/** Measures the parts one after the other. */
export async function prove(format: string, parts: readonly Part[], tell: Tell): Promise<Proof> {
  const start = performance.now();
  const sections: Section[] = [];
  for (const part of parts) {
    sections.push(await part.measure((step) => tell(`${part.name}: ${step}`)));
  }
  const missed = sections.flatMap(({ gates }) => gates).filter(({ passed }) => !passed);
  const seconds = (performance.now() - start) / 1000;
  return { format, seconds, sections, missed };
}
