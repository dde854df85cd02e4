import { compareBackends, type Comparison } from './compare.js';
import type { Size } from './small-network.js';

const size: Size = { batch: 16, side: 28, filters: [8, 16, 16] };
const rounds = 7;

const comparison = await compareBackends(size, rounds);
console.log(process.argv.includes('--json') ? JSON.stringify(comparison, null, 2) : text(comparison));
process.exitCode = comparison.ratio >= comparison.least ? 0 : 1;

function text({ node, tfjs, cpuMs, wasmMs, ratio, least, goal }: Comparison): string {
  const { batch, side, filters } = size;
  const verdict = ratio >= goal ? 'goal reached' : ratio >= least ? 'kept' : 'MISSED';
  return [
    `One training step, ${batch} pictures of ${side} × ${side}, convolutions of ${filters.join(', ')} filters; tfjs ${tfjs}, Node ${node}`,
    `  cpu backend                   ${cpuMs.toFixed(1)} ms`,
    `  wasm, registerWasmTraining()  ${wasmMs.toFixed(1)} ms`,
    `  ${ratio.toFixed(1)} times faster: ${verdict} (at least ${least}, goal ${goal})`,
  ].join('\n');
}
