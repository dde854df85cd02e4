/**
 * What people ask for who come from the scripts of transformers.js and from the quantizers of onnxruntime for Python, by the names that
 * these options have there, in our words.
 */
const ours: Readonly<Record<string, string>> = {
  'per-channel': 'Scales are per channel already; --granularity tensor gives one a weight.',
  'reduce-range':
    'Leave it out: it is for processors whose sums of products overflow; --bits 7 has the same effect.',
  'block-size': 'Write --granularity group:32 for blocks of 32; --dtype q4 has them.',
  'is-symmetric': 'Write --weights min-max:zeroPoint=symmetric; --dtype q4 has it.',
  symmetric: 'Write --weights min-max:zeroPoint=symmetric; --dtype q4 has it.',
  'accuracy-level': 'Leave it out: the runtime chooses.',
  'quantize-uint8': 'Write --for transformers.js --dtype uint8, or --weights min-max:zeroPoint=integer.',
  quantize: 'Write --for transformers.js --dtype q8,q4.',
  'quantize-mode': 'Write --for transformers.js --dtype q8,q4.',
  modes: 'Write --for transformers.js --dtype q8,q4.',
  mode: 'Write --for transformers.js --dtype q8,q4.',
  'op-block-list': 'Write --exclude-op once for each operator; --keep-float32 beside --float16.',
  'op-types-to-quantize': 'Write --include-op once for each operator.',
  'op-types-to-exclude': 'Write --exclude-op once for each operator.',
  'nodes-to-exclude': 'Write --exclude once for each name.',
  'nodes-to-include': 'Write --include once for each name.',
  'nodes-to-quantize': 'Write --include once for each name.',
  'quant-type': 'Write --weights nf4; bnb4 is not written.',
  'quant-method': 'Write --calibrate with data and --rounding gptq, or --weights with a method.',
  'quant-format': 'Write --integers operators or --integers qdq, with --activations.',
  'weight-type':
    'Signed: --weights min-max:zeroPoint=symmetric; unsigned: --weights min-max:zeroPoint=integer.',
  'activation-type': 'Write --activations with a method: they have 8 bits without a sign.',
  'calibrate-method': 'Write --activations min-max, percentile or mse, beside --calibrate.',
  'calib-dataset-name': 'Write --calibrate with your files.',
  'keep-io-types': 'Leave it out: inputs and outputs stay float32.',
  'use-external-data-format': 'Write --external; without it one file is written where it fits.',
  'input-folder': 'Give the folder without an option: lowbit quantize FOLDER.',
  'input-model': 'Give the file without an option: lowbit quantize model.onnx.',
  'model-input': 'Give the file without an option: lowbit quantize model.onnx.',
  'output-folder': 'Write --output.',
  'output-model': 'Write --output.',
  'model-output': 'Write --output.',
};

/** What to write in place of an option of these tools; `undefined` for any other. @param name With its dashes. */
export function oursFor(name: string): string | undefined {
  const key = name.replace(/^--/, '').replace(/_/g, '-').toLowerCase();
  return Object.hasOwn(ours, key) ? ours[key] : undefined;
}
