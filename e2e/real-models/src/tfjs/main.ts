import { memory } from '@tensorflow/tfjs-core';
import { useWasm } from '../runtime/tfjs.js';
import { measureTfjs, type TfjsRow } from './measure-tfjs.js';
import { pictureSubjects } from './picture-subjects.js';
import { reviewSubject } from './review-model.js';
import { tfjsTable } from './tfjs-table.js';
import { tfjsVariants } from './variants.js';

const start = performance.now();
const seconds = () => (performance.now() - start) / 1000;
const tell = (step: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${seconds().toFixed(0).padStart(3)} s  ${step}`);
};

await useWasm();
const [layers, nested, graph] = pictureSubjects();
const rows: TfjsRow[] = [
  ...(await measureTfjs(layers, tfjsVariants, tell)),
  ...(await measureTfjs(nested, tfjsVariants, tell)),
  ...(await measureTfjs(graph, tfjsVariants, tell)),
  ...(await measureTfjs(reviewSubject(), tfjsVariants, tell)),
];
if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ seconds: seconds(), tensorsLeft: memory().numTensors, rows }, null, 2));
} else {
  console.log(tfjsTable(rows));
  console.log(`\nMeasured in ${seconds().toFixed(0)} s on the files as they came back from disk.`);
}
