import { input, layers, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { PHOTOGRAPHS } from '../image/photographs.js';
import { cropBatches, SIDE, type CropBatch } from '../nsfw/crop-batches.js';
import { loadMobileNet } from '../nsfw/mobilenet.js';
import { graphSubject } from './graph-subject.js';
import { layersSubject } from './layers-subject.js';
import { midArtifacts } from './mid-artifacts.js';
import type { Call, TfjsSubject } from './subject.js';

const shapeOf = ({ crops }: CropBatch) => [crops, SIDE, SIDE, 3];

/** The three models that take pictures, on four crops of each of the first `photographs`. */
export function pictureSubjects(
  photographs = PHOTOGRAPHS.length,
): readonly [
  layers: TfjsSubject<LayersModel>,
  nested: TfjsSubject<LayersModel>,
  graph: ReturnType<typeof graphSubject>,
] {
  let made: CropBatch[] | undefined;
  const batches = () => (made ??= cropBatches(photographs));
  const crops = (): Call[] =>
    batches().map((batch) => ({ inputs: [{ shape: shapeOf(batch), data: batch.data }] }));
  const pairs = (): Call[] =>
    batches().map((batch) => ({
      inputs: [batch.data, mirrored(batch.data)].map((values) => ({
        shape: shapeOf(batch),
        data: values.map((value) => 255 * value),
      })),
    }));
  return [
    layersSubject('nsfwjs MobileNetV2, layers model', loadMobileNet, crops),
    layersSubject('the same nested twice', nestedMobileNet, pairs),
    graphSubject('nsfwjs MobileNetV2 mid, graph model', midArtifacts, crops),
  ];
}

/** MobileNetV2 nested in a functional model: the mean of its answers for a picture and its mirror image, 0 … 255. */
async function nestedMobileNet(): Promise<LayersModel> {
  const inner = await loadMobileNet();
  const scaled = layers.rescaling({ name: 'scaled', scale: 1 / 255 });
  const inputs = ['picture', 'mirrored'].map((name) => input({ name, shape: [SIDE, SIDE, 3] }));
  const answers = inputs.map((each) => inner.apply(scaled.apply(each)) as SymbolicTensor);
  const outputs = layers.average({ name: 'mean' }).apply(answers) as SymbolicTensor;
  return model({ name: 'both', inputs, outputs });
}

/** Each row of pixels from right to left. */
function mirrored(data: Float32Array): Float32Array {
  return data.map((_, i) => {
    const pixel = Math.floor(i / 3);
    const column = pixel % SIDE;
    return data[3 * (pixel - column + (SIDE - 1 - column)) + (i % 3)]!;
  });
}
