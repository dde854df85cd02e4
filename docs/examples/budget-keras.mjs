import { readFile } from 'node:fs/promises';
import '@tensorflow/tfjs-backend-cpu';
import { quantize } from '@lowbit/core';
import { budget, frontier } from '@lowbit/core/policy';
import { readBatches } from '@lowbit/data/node';
import { keras } from '@lowbit/keras';
import { registry } from '@lowbit/keras/register';
import { runner } from '@lowbit/tfjs';

const port = keras(await readFile('model.keras'), { runner });
const [{ layer: name }] = (await port.model()).network.inputs;
const data = readBatches('photos', { inputs: [{ name, type: 'float32', shape: ['N', 28, 28, 1] }] });

const bits = budget({ averageBits: 4, choices: [2, 3, 4, 8] });
const done = await quantize(port, { registry, bits, data });
port.close();
for (const { id, bits: own, reason } of done.plan.weights) console.log(id, own, reason);
console.log('predicted', done.budget.predicted, 'measured', done.budget.measured.effect);
console.log(
  frontier(done.measurements).map(({ bytes, weightBytes, predicted }) => [bytes ?? weightBytes, predicted]),
);
done.model.close();
