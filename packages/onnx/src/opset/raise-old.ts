import { isLowbitError, LowbitError } from '@lowbit/core';
import type { GraphOrder } from '../model/check-graph.js';
import type { OnnxModel } from '../model/model.js';
import { nodeLabel } from '../model/node-label.js';
import { writeModel } from '../model/write-model.js';
import { modelEditor } from '../graph/model-editor.js';
import { readOrdered } from '../read/read-model.js';
import { initializersStandAlone, oldestOpset } from '../target/versions.js';
import { raiseIr } from './raise-ir.js';
import { obstacle, raiseOpset } from './raise.js';

/** A model, and the order in which its nodes can run. */
interface OrderedModel {
  readonly model: OnnxModel;
  readonly order: GraphOrder;
}

/**
 * Raises a model of the first operator sets, in place, to the oldest that weights are rewritten in and runtimes know;
 * newer ones stay as they are. Its constants may be integers from then on, so its IR version is raised too.
 *
 * @throws LowbitError `model-opset` for an operator without an equal there.
 */
export function raiseOld(read: OrderedModel): OrderedModel {
  const { model, order } = read;
  if (model.opset >= oldestOpset) return read;
  const found = obstacle(model, oldestOpset, order);
  if (found !== undefined) {
    const { node, reason } = found;
    throw new LowbitError({
      code: 'model-opset',
      where: `${model.name}: ${nodeLabel(node)}`,
      expected: `operators that mean the same in the operator set ${oldestOpset}`,
      received: `${node.opType} of the operator set ${model.opset}: ${reason}`,
      remedy: `Export the model again with operator set ${oldestOpset} or later. Where only shapes are missing, onnx.shape_inference in Python adds them.`,
    });
  }
  raiseIr(model.proto, initializersStandAlone);
  const ir = Math.max(model.ir, initializersStandAlone);
  const editor = modelEditor({ ...model, ir, opset: oldestOpset }, { order });
  const raised = raiseOpset(model, editor, oldestOpset);
  editor.apply();
  const sorted = new Map([...order.keys()].map((graph) => [graph, graph.node]));
  return { model: { ...raised, ir }, order: sorted };
}

/** What {@link raiseOld} makes of a copy of a model; the model itself where it is newer, or has no equal. */
export function raisedCopy(model: OnnxModel): OnnxModel {
  if (model.opset >= oldestOpset) return model;
  try {
    return raiseOld(readOrdered(writeModel(model), model.name)).model;
  } catch (error) {
    if (isLowbitError(error) && error.code === 'model-opset') return model;
    throw error;
  }
}
