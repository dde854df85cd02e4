export { gate, gateAtMost, type Gate } from './gate.js';
export { installedFile } from './install-package.js';
export { peakMemory } from './peak-memory.js';
export { prove, type Proof } from './proof.js';
export { findPython, type Python } from './python.js';
export { runProof } from './run-proof.js';
export type { Part, Row, Section, Tell } from './section.js';
export { proofText } from './text.js';
