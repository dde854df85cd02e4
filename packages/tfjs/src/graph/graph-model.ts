import type { ModelPort } from '@lowbit/core';
import { checkArgument, checkedWriter, checkOptionNames } from '@lowbit/core/adapter';
import type { io } from '@tensorflow/tfjs-core';
import { storageCost } from '../form/storage-cost.js';
import {
  checkedForm,
  portFormOf,
  storageFormOf,
  wantingForm,
  type StorageForm,
} from '../form/storage-form.js';
import { whyWhole } from './graph-topology.js';
import { graphWriter } from './graph-writer.js';
import { describeGraph } from './describe-graph.js';
import { observeGraph } from './observe-graph.js';
import { captureGraphInputs, observeGraphInputs } from './observe-graph-inputs.js';
import { isLive, type LiveGraph, readGraph, type GraphSource, type ReadGraph } from './read-graph.js';
import { runGraph } from './run-graph.js';
import { mendWasmKernels } from '../wasm-kernels/mend-wasm-kernels.js';

/**
 * The port of a `tf.GraphModel` by its artifacts: the weights of convolutions, products of matrices and tables of embeddings, in
 * the graph and in its functions. The source is a URL, an `IOHandler`, artifacts, or a `tf.GraphModel` that is loaded. Weights that
 * the file stores as uint8, uint16 or float16 are expanded exactly first, and the report says so.
 *
 * The source is read once, when the port is first used, and never changed. The result is the artifacts of the model with its
 * quantized weights packed, or with `format: 'plain'` as unmodified TensorFlow.js reads them: `saveGraph` writes them, `loadGraph`
 * of `@lowbit/tfjs/graph` makes a running model of them.
 *
 * Of a `tf.GraphModel` that is loaded, as source or option, the port can run it, and observe what its weights are multiplied by. What it writes has
 * no place for quantizers of activations, so plans leave those float.
 *
 * `layers` throws `file-missing`, `model-malformed` (also for a layers model), `model-truncated`, and what the handler throws.
 *
 * @example
 * const { model } = await quantize(graphModel('https://example.org/model.json'), { weights: minMax(), bits: 4 });
 * await saveGraph(model, 'downloads://small');
 */
export function graphModel(
  source: GraphSource,
  options: GraphModelOptions = {},
): ModelPort<io.ModelArtifacts> {
  checkOptionNames(options, ['format', 'plain', 'running'], 'graphModel');
  const { running } = options;
  mendWasmKernels();
  checkArgument(running === undefined || isLive(running), running, {
    where: "graphModel: option 'running'",
    expected: 'a tf.GraphModel that is loaded',
  });
  let reading: Promise<ReadGraph> | undefined;
  const live = running ?? (isLive(source) ? source : undefined);
  return graphPort(() => (reading ??= readGraph(source)), live, checkedForm(options, 'graphModel'));
}

export interface GraphModelOptions extends StorageForm {
  /**
   * The `tf.GraphModel` that was loaded from the source, to run and observe it. A source that is one runs itself; its weights are
   * floats whatever the file held.
   */
  readonly running?: LiveGraph;
}

function graphPort(
  graph: () => Promise<ReadGraph>,
  live: LiveGraph | undefined,
  form: StorageForm,
): ModelPort<io.ModelArtifacts> {
  return {
    name: 'tfjs-graph',
    form: portFormOf(form),
    inForm: (stored) => graphPort(graph, live, storageFormOf(stored, form)),
    supports: {
      parameterStorage: ['float32', 'float16', 'two-level'],
      activations: false,
    },
    layers: async () => describeGraph(await graph(), form).map((layer) => wantingForm(layer, form)),
    cost: (weight, entry) => storageCost(weight, entry, form),
    ...(live === undefined
      ? {}
      : {
          async *run(batches, options) {
            yield* runGraph(live, (await graph()).topology, batches, options);
          },
          async observe(batches, options) {
            const read = await graph();
            return observeGraph(live, read.topology, describeGraph(read, form), batches, options);
          },
          async observeInputs(batches, options) {
            return observeGraphInputs(live, describeGraph(await graph(), form), batches, options);
          },
          async captureInputs(batches, options) {
            return captureGraphInputs(live, describeGraph(await graph(), form), batches, options);
          },
          whyOnce: async () => whyWhole((await graph()).topology),
        }),
    write: (outcome) => checkedWriter(outcome, () => graphWriter(graph, outcome, form, live)),
  };
}
