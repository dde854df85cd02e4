import { compareLoading, type LoadingComparison } from './compare-loading.js';

const comparison = await compareLoading(4, 9);
console.log(process.argv.includes('--json') ? JSON.stringify(comparison, null, 2) : text(comparison));
const parts = [comparison.loading, comparison.predicting];
process.exitCode = parts.every(({ ratio, most }) => ratio <= most) ? 0 : 1;

function text({ node, tfjs, bits, rounds, loading, predicting }: LoadingComparison): string {
  const row = (name: string, { plainMs, packedMs, ratio, most }: LoadingComparison['loading']) =>
    `  ${name}  ${plainMs.toFixed(0)} ms as floats, ${packedMs.toFixed(0)} ms packed: ${ratio.toFixed(2)} times, ${ratio <= most ? 'kept' : 'MISSED'} (at most ${most})`;
  return [
    `Inception v3 at ${bits} bits per channel, medians of ${rounds} rounds; tfjs ${tfjs}, Node ${node}`,
    row('load from files', loading),
    row('predict, wasm  ', predicting),
  ].join('\n');
}
