/** What to do with a topology of Keras 3. Converting or saving it again gives the same file. */
export const keras3Remedy =
  'Converting again gives the same file. Build the model with Keras 2 (the Python package tf_keras, or TF_USE_LEGACY_KERAS=1) and ' +
  'convert that, or export a SavedModel with Keras 3, model.export(FOLDER), and convert it to a graph model: ' +
  'tensorflowjs_converter --input_format=tf_saved_model --output_format=tfjs_graph_model FOLDER OUT.';

/**
 * Whether Keras 3 wrote the topology, which TensorFlow.js 4.22 does not build: its inputs have a `batch_shape` where Keras 2 wrote
 * `batch_input_shape`, and its nodes are the arguments of a call.
 */
export function isKeras3(topology: unknown): boolean {
  if (typeof topology !== 'object' || topology === null) return false;
  const own = Object.keys(topology);
  if (own.includes('batch_shape') || (own.includes('args') && own.includes('kwargs'))) return true;
  return Object.values(topology).some(isKeras3);
}
