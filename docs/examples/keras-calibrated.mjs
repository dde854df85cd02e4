import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { quantize } from '@lowbit/core';
import { readBatches } from '@lowbit/data/node';
import { keras } from '@lowbit/keras';
import { registry } from '@lowbit/keras/register';
import { runner, toLayersModel } from '@lowbit/tfjs';

const port = keras(await readFile('model.keras'), { runner });
const [{ layer: name }] = (await port.model()).network.inputs;

// A folder of pictures like those that the model will see.
const inputs = [{ name, type: 'float32', shape: ['N', 28, 28, 1] }];
const data = readBatches('photos', { inputs });

const { model, report } = await quantize(port, { registry, activations: 'percentile', data });
port.close();
console.log(report.activations.length, 'inputs of layers are quantized');
const live = await toLayersModel(model, { registry });
console.log(await live.predict(tf.zeros([1, 28, 28, 1])).data());
model.close();
