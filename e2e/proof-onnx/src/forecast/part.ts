import { dynamic, minMax } from '@lowbit/baselines';
import { quantize } from '@lowbit/core';
import { gate, type Part, type Row } from '@lowbit/e2e-real-models/proof';
import { onnx } from '@lowbit/onnx';
import { fastest } from './fastest.js';
import { madeNets, type TimedNet } from './made-nets.js';
import { openNet, repeatsOf } from './open-net.js';
import { realNets } from './real-nets.js';

/** Networks between these are neither faster nor slower. */
const band = { least: 0.8, most: 1.25 };
const rounds = 40;

interface Timed extends Row {
  readonly net: string;
  readonly timesAsFast: number;
  readonly forecast: number;
}

/** Networks that are forced into integers: whether they are as much faster, or slower, as the forecast says. */
export const forecastPart: Part = {
  name: 'forecast',
  async measure(tell) {
    const rows: Timed[] = [];
    for (const net of [...madeNets(), ...(await realNets())]) {
      tell(net.name);
      rows.push(await timeNet(net));
    }
    const slower = rows.filter(({ timesAsFast }) => timesAsFast < band.least);
    const faster = rows.filter(({ timesAsFast }) => timesAsFast > band.most);
    const right = [
      ...slower.filter(({ forecast }) => forecast < 1),
      ...faster.filter(({ forecast }) => forecast > 1),
    ];
    const even = rows.length - slower.length - faster.length;
    return {
      name: 'forecast',
      title: 'Integers with measured ranges against floats in onnxruntime-web 1.30, WebAssembly, one thread',
      rows,
      gates: [
        gate('networks', rows.length, 8),
        gate(`slower than ${band.least} times float`, slower.length, 3),
        gate(`from ${band.least} to ${band.most} times float`, even, 2),
        gate(
          'share of the others whose forecast has the right sign',
          right.length / (slower.length + faster.length),
          1,
        ),
      ],
      skipped: [],
    };
  },
};

async function timeNet({ name, bytes, shape }: TimedNet): Promise<Timed> {
  const recipe = { weights: minMax(), activations: dynamic() };
  const { model, report } = await quantize(onnx(bytes, { integers: 'operators' }), recipe, {
    measure: false,
  });
  const repeats = await repeatsOf(bytes, shape);
  const probes = [await openNet(bytes, shape, repeats), await openNet(model.bytes, shape, repeats)];
  const [float = 0, integers = 1] = await fastest(probes, rounds);
  for (const probe of probes) await probe.close();
  const layers = report.weights.filter(({ form }) => form.endsWith('Integer')).length;
  return {
    net: name,
    'integer layers': layers,
    floatMs: float / repeats,
    integerMs: integers / repeats,
    timesAsFast: float / integers,
    forecast: report.forecast?.timesAsFast ?? 1,
  };
}
