import type { Group } from '../item.js';
import { commandLines } from './command-line.js';
import { onnxActivations, onnxIntegerWeights } from './onnx-activations.js';
import { onnxFiles, onnxForms, onnxStructures, onnxTargets } from './onnx-weights.js';
import { plans, reports, statistics } from './plans.js';
import { options, tensors } from './tensors.js';
import { tfjsFiles, tfjsGraphs, tfjsVariants } from './tfjs-models.js';
import { resumed, training } from './training.js';

/** Everything that has a digest. */
export const groups: readonly Group[] = [
  ...[tensors, options],
  ...[onnxForms, onnxTargets, onnxStructures, onnxFiles, onnxActivations, onnxIntegerWeights],
  ...[tfjsFiles, tfjsVariants, tfjsGraphs],
  ...[training, resumed],
  ...[plans, reports, statistics],
  commandLines,
];
