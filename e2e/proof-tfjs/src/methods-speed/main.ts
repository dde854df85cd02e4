import { compareMethods, type MethodsComparison } from './compare-methods.js';

const [bits, rounds] = [4, 3];
const compared = await compareMethods(bits, ['tensor', 'channel', 'group:32'], rounds);
console.log(process.argv.includes('--json') ? JSON.stringify(compared, null, 2) : text(compared));
process.exitCode = compared.every(isKept) ? 0 : 1;

function isKept({ ratio, most, minMaxError, mseError }: MethodsComparison): boolean {
  return ratio <= most && mseError <= minMaxError;
}

function text(rows: readonly MethodsComparison[]): string {
  return [
    `Inception v3 at ${bits} bits, processor time in medians of ${rounds} rounds; Node ${process.version}`,
    ...rows.map(
      (row) =>
        `  ${row.granularity.padEnd(8)}  min-max ${row.minMaxSeconds.toFixed(2)} s, mse ${row.mseSeconds.toFixed(2)} s: ` +
        `${row.ratio.toFixed(2)} times, ${isKept(row) ? 'kept' : 'MISSED'} (at most ${row.most}, errors not larger); ` +
        `mean squared error ${row.minMaxError.toExponential(3)} and ${row.mseError.toExponential(3)}`,
    ),
  ].join('\n');
}
