/** `npm run bench:kernels`: layers on the kernels beside their rivals, on one thread, from floats to floats. */
import { cpus } from 'node:os';
import { createKernels } from '@lowbit/kernels';
import Table from 'cli-table3';
import { kernelContenders } from './kernels.js';
import { measure, type Timing } from './measure.js';
import { network, networkContenders } from './network.js';
import { onnxruntime } from './rivals/onnxruntime.js';
import { tensorflow } from './rivals/tensorflow.js';
import { productsOf, valuesOf, type Work, works } from './work.js';

const rounds = 15;

interface Row {
  readonly work: string;
  /** Millions of products. */
  readonly products: number;
  readonly timings: readonly Timing[];
}

const kernels = await createKernels();
const rows: Row[] = [];
for (const work of works) rows.push(await rowOf(work));
const networks = [{ network: network.name, timings: await measure(await networkContenders(), rounds) }];
const { variant, binary, capabilities } = kernels;
const processor = cpus()[0]?.model ?? 'unknown';
const engine = { node: process.version, v8: process.versions.v8, processor, variant, binary, capabilities };
if (process.argv.includes('--json')) console.log(JSON.stringify({ engine, rounds, rows, networks }, null, 2));
else print();
process.exit(0);

async function rowOf(work: Work): Promise<Row> {
  const values = valuesOf(work);
  const contenders = [
    await tensorflow(work, values),
    ...(await onnxruntime(work, values)),
    ...kernelContenders(kernels, work, values),
  ];
  return { work: work.name, products: productsOf(work) / 1e6, timings: await measure(contenders, rounds) };
}

function print(): void {
  console.log(
    `${processor}, Node ${process.version}, V8 ${process.versions.v8}; kernels: ${variant}, signs by ${binary}`,
  );
  for (const note of capabilities.notes) console.log(note);
  console.log(
    `Milliseconds, and how many times as fast as the first: the fastest of ${rounds} rounds, and medians.`,
  );
  const names = [...new Set(rows.flatMap(({ timings }) => timings.map(({ name }) => name)))];
  const table = new Table({ head: ['', ...names], style: { head: [], border: [] } });
  for (const { work, timings } of rows)
    table.push([
      work,
      ...names.map((name) => {
        const one = timings.find((timing) => timing.name === name);
        return one ? `${told(one.fastest, one.fastestRatio)}\n${told(one.median, one.ratio)}` : '';
      }),
    ]);
  console.log(table.toString());
  for (const { network: name, timings } of networks) {
    console.log(name);
    for (const one of timings)
      console.log(`  ${one.name}: ${told(one.fastest, one.fastestRatio)}, ${told(one.median, one.ratio)}`);
  }
}

function told(time: number, ratio: number): string {
  return `${time.toPrecision(3)} / ${ratio.toFixed(ratio < 10 ? 1 : 0)}×`;
}
