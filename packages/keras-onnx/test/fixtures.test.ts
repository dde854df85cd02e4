import { readKeras } from '@lowbit/keras';
import { describe, expect, it } from 'vitest';
import { toOnnx } from '../src/index.js';
import { casesOfKeras1, goldenOf, everyCase, modelFileOf } from '../../keras/test/cases.js';
import { fromKeras, ownCases } from './support.js';

const writers = [...(await everyCase()), ...(await casesOfKeras1()), ['models', ownCases] as const];

/** Of half precision, in which Keras rounds the first layer or the input, and which is computed in float32 here. */
const rounded: Readonly<Record<string, number>> = {
  mixed_precision: 1e-3,
  sequential_mixed_precision: 1e-3,
  input_float16: 1e-3,
  input_bfloat16: 1e-2,
};

const openSteps = 'LSTM with the activation "softplus" over steps of which the number is not known';

/** What no operator of the standard computes as Keras does, as the error words it; by the case, of all writers or of one. */
const refused: Readonly<Record<string, string>> = {
  upsampling_bicubic: 'UpSampling2D with interpolation="bicubic"',
  upsampling_lanczos: 'UpSampling2D with interpolation="lanczos3"',
  resizing_bicubic: 'Resizing with interpolation="bicubic"',
  resizing_antialiased: 'Resizing with antialias',
  center_crop_unknown: 'CenterCrop with inputs of which the size is not known',
  unrolled_open_3: openSteps,
  unrolled_open_2: openSteps,
  mask_of_steps_3: 'TimeDistributed with a mask',
  mask_of_steps_2: 'TimeDistributed with a mask',
  mask_of_softmax_3: 'Softmax with a mask',
  mask_of_softmax_2: 'Softmax with a mask',
  // The first that is called, in Keras 3 in another order.
  'Keras 3, sequences, attention_scores': 'Attention with return_attention_scores',
  attention_scores: 'MultiHeadAttention with return_attention_scores',
  attention_axes: 'MultiHeadAttention with inputs that are no sequences of vectors',
  attention_of_five_axes: 'MultiHeadAttention with inputs that are no sequences of vectors',
  attention_of_four_axes: 'Attention with inputs that are no sequences of vectors',
  additive_attention_of_four_axes: 'AdditiveAttention with inputs that are no sequences of vectors',
  mask_of_three_axes: 'Mask with inputs that are no sequences of vectors',
  group_normalization_axes: 'GroupNormalization with an axis other than the last',
  softmax_axes: 'Softmax with several axes',
  cells_from_inputs: 'RNN with the states of several cells',
  cells_in_a_row: 'RNN with the states of several cells',
  cells_in_a_model: 'RNN with the states of several cells',
  all_states_of_cells: 'RNN with the states of several cells',
};

const refusalOf = (writer: string, name: string) => refused[`${writer}, ${name}`] ?? refused[name];

describe.each(writers)('%s', (writer, cases) => {
  it.each([...cases])('%s', async (name, files) => {
    const model = await readKeras(modelFileOf(files));
    const received = refusalOf(writer, name);
    if (received !== undefined) {
      await expect(toOnnx(model)).rejects.toMatchObject({ code: 'layer-unsupported', received });
    } else {
      const { bytes } = await toOnnx(model);
      expect(await fromKeras(bytes, model, goldenOf(files))).toBeLessThanOrEqual(rounded[name] ?? 1e-5);
    }
    model.close();
  });
});

it('every refusal has a case', () => {
  const names = writers.flatMap(([writer, cases]) =>
    [...cases.keys()].flatMap((name) => [name, `${writer}, ${name}`]),
  );
  expect(Object.keys(refused).filter((name) => !names.includes(name))).toEqual([]);
});
