/** How a SavedModel, which is a folder, becomes a model that is taken. */
export const savedModelRemedy =
  'Convert its folder: python -m tf2onnx.convert --saved-model FOLDER --output model.onnx, or ' +
  'tensorflowjs_converter --input_format=tf_saved_model --output_format=tfjs_graph_model FOLDER OUT.';

/**
 * `saved_model_schema_version: 1`, then `meta_graphs`, which begin with messages. In an ONNX file a text, the producer's
 * name, stands there.
 */
export function isSavedModel(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x08 || bytes[1] !== 1 || bytes[2] !== 0x12) return false;
  const first = bytes[afterLength(bytes, 3)];
  return first === 0x0a || first === 0x12;
}

/** The operators that graphs of TensorFlow begin with. */
const firstOperators = /^(Placeholder|PlaceholderWithDefault|Const|VarHandleOp|Variable|VariableV2|NoOp)$/;

/** `node { name, op }`. */
export function isGraphDef(bytes: Uint8Array, text: string): boolean {
  if (bytes[0] !== 0x0a) return false;
  const name = afterLength(bytes, 1);
  const operator = name + 2 + (bytes[name + 1] ?? 0);
  if (bytes[name] !== 0x0a || bytes[operator] !== 0x12) return false;
  return firstOperators.test(text.slice(operator + 2, operator + 2 + (bytes[operator + 1] ?? 0)));
}

/** Where a message begins whose length, in groups of 7 bits, stands at `at`. */
export function afterLength(bytes: Uint8Array, at: number): number {
  let next = at;
  while ((bytes[next] ?? 0) >= 0x80) next++;
  return next + 1;
}
