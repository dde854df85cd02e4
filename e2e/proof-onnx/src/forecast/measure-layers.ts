/** Measures single layers in floats and in integers, and fits what `cost.ts` of @lowbit/onnx counts of them: `npm run layers -w e2e/proof-onnx`. */
import { fastest } from './fastest.js';
import { leastSquares } from './least-squares.js';
import { layerNet, shapeOf, type LayerCase } from './layer-nets.js';
import { openNet, repeatsOf } from './open-net.js';

const rounds = 40;
/** Layers of the longer chain; the shorter one has a single layer, and what a run costs besides falls out of the difference. */
const length = 9;
const forms = ['float', 'measured', 'fixed'] as const;

const products = [
  ...[32, 64, 128, 256, 512].map((channels) => ({ channels, positions: 1 })),
  ...[2, 4, 8, 16, 64].map((positions) => ({ channels: 256, positions })),
  ...[4, 16, 64, 128].map((positions) => ({ channels: 64, positions })),
];
const convolutions = [1, 3].flatMap((kernel) => [
  ...[1, 4, 7, 14, 28].map((positions) => ({ channels: 16, kernel, positions })),
  ...[1, 4, 7, 14].map((positions) => ({ channels: 64, kernel, positions })),
  ...[1, 4, 7].map((positions) => ({ channels: 128, kernel, positions })),
]);

/** Microseconds of one layer, by form. */
async function timeLayer(given: LayerCase): Promise<number[]> {
  const shape = shapeOf(given);
  const nets = forms.flatMap((form) => [layerNet(given, form, length), layerNet(given, form, 1)]);
  const repeats = await Promise.all(nets.map((bytes) => repeatsOf(bytes, shape)));
  const probes = await Promise.all(nets.map((bytes, at) => openNet(bytes, shape, repeats[at]!)));
  const best = (await fastest(probes, rounds)).map((time, at) => time / repeats[at]!);
  for (const probe of probes) await probe.close();
  return forms.map((_, at) => (1000 * (best[2 * at]! - best[2 * at + 1]!)) / (length - 1));
}

/** What the time of an integer layer is made of, in thousands. */
function termsOf({ channels, kernel = 0, positions }: LayerCase): number[] {
  const window = Math.max(1, kernel ** 2);
  const places = kernel === 0 ? positions : positions ** 2;
  const weights = channels * channels * window;
  const gathers = kernel > 1 ? [1, (places * channels * window) / 1000] : [];
  const gathersNot = kernel === 1 ? [0, 0] : [];
  return [
    1,
    weights / 1000,
    (weights * places) / 1000,
    (2 * channels * places) / 1000,
    ...gathers,
    ...gathersNot,
  ];
}

for (const [name, cases] of Object.entries({ products, convolutions })) {
  const timed: (readonly [LayerCase, number[]])[] = [];
  for (const one of cases) {
    timed.push([one, await timeLayer(one)]);
    console.log(
      JSON.stringify({
        ...one,
        ...Object.fromEntries(forms.map((form, at) => [form, timed.at(-1)![1][at]])),
      }),
    );
  }
  const fit = leastSquares(
    timed.map(([one, [, measured = 0, fixed = 0]]) => [termsOf(one), (measured + fixed) / 2]),
  );
  const names = [
    'µs a layer',
    'ns a weight',
    'ns a product',
    'ns a value',
    'µs a window',
    'ns a gathered value',
  ];
  console.log(name, Object.fromEntries(fit.map((factor, at) => [names[at], factor])));
}
