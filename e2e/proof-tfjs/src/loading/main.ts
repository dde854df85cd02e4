import { version_core as tfjs } from '@tensorflow/tfjs-core';
import { compareLoading, type LoadingComparison, type Timed } from './compare-loading.js';
import { subjects } from './subjects.js';

const rounds = 9;
const isKept = ({ ratio, most }: Timed) => ratio <= most;
const isJson = process.argv.includes('--json');
const comparisons: LoadingComparison[] = [];
if (!isJson)
  console.log(`Processor time, medians of ${rounds} rounds; tfjs ${tfjs}, Node ${process.version}`);
for (const subject of subjects) {
  if (!isJson) console.log(subject.name);
  for (const setting of subject.settings) {
    const comparison = await compareLoading(subject, setting, rounds);
    comparisons.push(comparison);
    if (!isJson) console.log(text(comparison));
  }
}
if (isJson) console.log(JSON.stringify({ node: process.version, tfjs, comparisons }, null, 2));
process.exitCode = comparisons.every((one) => isKept(one.loading) && isKept(one.predicting)) ? 0 : 1;

function text({ setting, loading, predicting }: LoadingComparison): string {
  const row = (name: string, timed: Timed) =>
    `    ${name}  ${timed.plainMs.toFixed(0)} ms as floats, ${timed.packedMs.toFixed(0)} ms packed: ` +
    `${timed.ratio.toFixed(2)} times, ${isKept(timed) ? 'kept' : 'MISSED'} (at most ${timed.most})`;
  const { weights, bits, granularity } = setting;
  return [
    `  ${weights}, ${bits} bits, ${granularity}`,
    row('load from files', loading),
    row('predict, wasm  ', predicting),
  ].join('\n');
}
