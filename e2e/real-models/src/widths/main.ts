/** Five bits a channel against four in groups of 32, with float32 and float16 parameters, on six networks; with `--weights` the networks are not run. */
import Table from 'cli-table3';
import { useWasm } from '../runtime/tfjs.js';
import { subjects, widths, type WidthRow } from './measure-widths.js';

await useWasm();
const rows: WidthRow[] = [];
for (const subject of await subjects())
  for (const width of widths) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${subject.network}, ${width.name}`);
    rows.push(await subject.measure(width, !process.argv.includes('--weights')));
  }
if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
console.log(process.argv.includes('--json') ? JSON.stringify(rows, null, 2) : table(rows));
process.exit(0);

function table(measured: readonly WidthRow[]): string {
  const head = ['network', 'weights', 'bits a weight', 'SQNR of weights', 'of the worst', 'SQNR of outputs'];
  const text = new Table({ head, style: { head: [], border: [] } });
  for (const { network, width, bitsPerWeight, weightsDb, leastDb, outputsDb } of measured)
    text.push([
      network,
      width,
      bitsPerWeight.toFixed(2),
      decibels(weightsDb),
      decibels(leastDb),
      decibels(outputsDb),
    ]);
  return text.toString();
}

function decibels(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(1)} dB`;
}
