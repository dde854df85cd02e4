/**
 * What people ask for who come from the scripts of transformers.js and from the quantizers of onnxruntime for Python, by the names that
 * these options have there, in our words.
 */
const ours: Readonly<Record<string, string>> = byName([
  ['per-channel', 'Scales are per channel already; --granularity tensor gives one a weight.'],
  ['reduce-range', 'Leave it out: it is for processors of old; --bits 7 has the same effect.'],
  ['block-size', 'Write --granularity group:64, beside --for too; q4 has blocks of 32, bnb4 of 64.'],
  ['is-symmetric symmetric', 'Write --weights min-max:zeroPoint=symmetric; --dtype q4 has it.'],
  ['weight-symmetric', 'Write --weights min-max:zeroPoint=symmetric.'],
  ['accuracy-level', 'Leave it out: the runtime chooses.'],
  ['quantize-uint8', 'Write --for transformers.js --dtype uint8, or --weights min-max:zeroPoint=integer.'],
  ['quantize quantize-mode modes mode', 'Write --for transformers.js --dtype q8,q4.'],
  [
    'op-block-list node-block-list',
    'Write --exclude-op once for each operator, --exclude for each name; for float16 --keep-float32, which takes both.',
  ],
  ['op-types-to-quantize', 'Write --include-op once for each operator.'],
  ['op-types-to-exclude', 'Write --exclude-op once for each operator.'],
  ['nodes-to-exclude', 'Write --exclude once for each name.'],
  ['nodes-to-include nodes-to-quantize', 'Write --include once for each name.'],
  ['quant-type', 'Write --for transformers.js --dtype bnb4, which has NF4; FP4 is not written.'],
  ['quant-method algorithm', 'Write --calibrate with data and --rounding gptq, or --weights with a method.'],
  ['quant-format', 'Write --integers operators or --integers qdq, with --activations.'],
  ['weight-type', 'Write --weights min-max:zeroPoint=symmetric, or =integer for unsigned ones.'],
  ['activation-type activation-symmetric', 'Write --activations with a method: 8 bits, no sign.'],
  [
    'calibrate-method calibration-method calib-moving-average calib-tensor-range-symmetric',
    'Write --activations min-max, percentile or mse, beside --calibrate.',
  ],
  [
    'calib-dataset-name calibration-data-reader calibration-dataset tokenizer-dir',
    'Write --calibrate with your files; token ids are JSON lines: { "input_ids": [1, 2, 3] }.',
  ],
  ['calibration-cache-path', 'Write --save-calibration, and --calibration the next time.'],
  ['calibration-providers', 'Write --runtime onnxruntime-node for a faster calibration.'],
  ['smooth-quant', 'There is no such step; --rounding auto and --correct-biases look at data.'],
  ['keep-io-types', 'Leave it out: inputs and outputs stay float32; --float16-interface changes them.'],
  [
    'min-positive-val max-finite-val',
    'Leave it out: nothing is clipped; a weight that float16 does not hold stays float32, and the report names it.',
  ],
  ['force-fp16-initializers', 'Leave it out: constants of more than 1,024 numbers are float16 in any case.'],
  [
    'disable-shape-infer enable-subgraph mat-mul-const-b-only check-fp16-ready force-quantize-no-input-check',
    'Leave it out: it is always so.',
  ],
  [
    'use-external-data-format save-as-external-data',
    'Write --external; without it one file is written where it fits.',
  ],
  ['external-data-location', 'Leave it out: data files are called after the result.'],
  ['input-folder', 'Give the folder without an option: lowbit quantize FOLDER.'],
  [
    'model-id model-name-or-path',
    'Export the model to ONNX first, then give its folder: lowbit quantize FOLDER --for transformers.js.',
  ],
  [
    'task opset device skip-validation skip-onnxslim trust-remote-code custom-onnx-configs split-modalities',
    'Leave it out: it is for exporting; lowbit takes the ONNX files that came of that.',
  ],
  [
    'input-model model-input input-model-path',
    'Give the file without an option: lowbit quantize model.onnx.',
  ],
  [
    'output-folder output-model model-output output-parent-dir output-quantized-model-path',
    'Write --output.',
  ],
]);

function byName(answers: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    answers.flatMap(([names, answer]) => names.split(' ').map((name) => [lettersOf(name), answer])),
  );
}

/** The tools spell one name in several ways: `per-channel`, `per_channel`, `PerChannel`. */
function lettersOf(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase();
}

/** What to write in place of an option of these tools; `undefined` for any other. @param name With its dashes. */
export function oursFor(name: string): string | undefined {
  const letters = lettersOf(name);
  return Object.hasOwn(ours, letters) ? ours[letters] : undefined;
}
