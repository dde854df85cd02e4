import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { readKeras } from '@lowbit/keras';
import { toLayersModel } from '@lowbit/tfjs';

const file = await readKeras(await readFile('model.keras'));
const model = await toLayersModel(file);
file.close();

const picture = tf.zeros([1, ...model.inputs[0].shape.slice(1)]);
console.log('Keras', file.kerasVersion, await model.predict(picture).data());
