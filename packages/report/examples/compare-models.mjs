import { compareModels, formatDecibels, formatReal } from '@lowbit/report';

/** A model of any runtime: what it takes and gives, and how it is run. This one multiplies. */
const times = (factor) => ({
  name: `times ${factor}`,
  inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['batch', 2] }],
  run: async ({ x }) => ({
    y: { shape: x.shape, data: Float32Array.from(x.data, (value) => factor * value) },
  }),
  close() {},
});

const batches = [{ inputs: { x: { shape: [2, 2], data: [1, -2, 3, 4] } } }];
const { overall, outputs } = await compareModels(times(1), times(0.99), batches, { rounds: 0 });
console.log(`${formatDecibels(overall.sqnrDb)}, at most ${formatReal(overall.largestError)}`);
console.log(`${outputs[0].top1.same} of ${outputs[0].top1.rows} have the same best class`);
