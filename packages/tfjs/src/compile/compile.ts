import { LowbitError } from '@lowbit/core';
import { checkOptions } from '@lowbit/core/adapter';
import type { KernelsOptions, LayerInputs } from '@lowbit/kernels';
import { createTensorKernels, type TensorKernels } from '@lowbit/kernels/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { disposeWeights } from '../model/dispose-weights.js';
import { rebuild } from '../model/rebuild.js';
import { surveyModel } from '../model/survey.js';
import { tensorOf } from '../model/variable-values.js';
import { checkModel } from '../model/wrong-source.js';
import { findChains, type PackedPlan } from './chains.js';
import { packTopology } from './pack-topology.js';
import { planLayers, type PlannedLayer } from './plan-layers.js';
import { packLayers, standOf } from './pack-layers.js';
import { whileBuilding } from './packed-layer.js';

export interface CompileOptions {
  /**
   * `dynamic`: inputs of layers are quantized to 8 bits by the largest magnitude of each sample (convolutions) or row (Dense), which
   * changes results a little. `static`, or left out: nothing is quantized that the model does not quantize, and layers of float inputs do
   * not run packed.
   */
  readonly activations?: 'dynamic' | 'static';
  /** Which kernels run; the fastest that the host has where it is left out. */
  readonly variant?: KernelsOptions['variant'];
}

/** What became of a layer with weights. */
export interface CompiledLayer {
  /** The layer's name, after those of the models that it is in. */
  readonly layer: string;
  readonly className: string;
  /** Whether it runs on the kernels, with its weights packed. */
  readonly isPacked: boolean;
  /** Bits of a weight in memory. */
  readonly bits?: 1 | 2 | 4 | 8;
  /**
   * How its inputs are quantized: `dynamic` to 8 bits; to `steps` that are known, by the model or, before a depthwise convolution, by the limits
   * of a ReLU6 (15 bits); or as the model does to `codes` of 2 bits or to `signs`.
   */
  readonly inputs?: LayerInputs['kind'];
  /** Bytes that its weights and constants take in the memory of the kernels. */
  readonly bytes?: number;
  /** The batch normalization that went into it. */
  readonly normalization?: string;
  /** The Add that went into it. */
  readonly residual?: string;
  /** The rectifier that went into it, of a layer of its own. */
  readonly rectifier?: string;
  /** The ZeroPadding2D that went into it. */
  readonly border?: string;
  /** The layer that takes its output in the same operation: as integers where its `inputs` are `steps`, with no floats between. */
  readonly next?: string;
  /** Why it does not run packed. */
  readonly why?: string;
}

/** A model whose quantized layers run on the kernels. */
export interface CompiledModel {
  /** As that of a LayersModel. */
  predict: LayersModel['predict'];
  /** What became of each layer with weights, in the order of execution. */
  explain(): readonly CompiledLayer[];
  /** The kernels that run: TypeScript, WebAssembly SIMD, or that with relaxed operations. */
  readonly variant: TensorKernels['variant'];
  /** Gives the memory back. The model that was compiled is not touched. */
  dispose(): void;
}

/**
 * Compiles a model that lowbit quantized, so that its Dense, Conv2D and DepthwiseConv2D layers with weights of up to 8 bits on even
 * grids run on `@lowbit/kernels`, each with the batch normalization, the Add and the ReLU after it and the ZeroPadding2D before it; everything
 * else runs as before. The given model is not changed, and may be disposed.
 *
 * @throws LowbitError `invalid-argument` and `unsupported-option` for wrong arguments; `runtime-missing` for a variant that the host
 *   lacks, or on a backend whose tensors cannot be read at once (webgpu); `layer-unsupported` when the topology cannot be made again.
 * @example
 * const compiled = await compile(await load('file://out/model.json'), { activations: 'dynamic' });
 */
export async function compile(model: LayersModel, options: CompileOptions = {}): Promise<CompiledModel> {
  const where = 'compile(model, options)';
  checkModel(model, where, 'saveGraph()');
  checkOptions<CompileOptions>(
    options,
    {
      activations: {
        expected: "'dynamic' or 'static'",
        fits: (value) => value === 'dynamic' || value === 'static',
      },
      variant: { expected: 'auto, scalar, simd or relaxed', fits: (value) => variants.includes(value) },
    },
    where,
  );
  checkBackend(where);
  const kernels = await createTensorKernels({ variant: options.variant ?? 'auto' });
  const planned = await planLayers(model, options.activations === 'dynamic');
  const chains = findChains(model, planned);
  const packed = packLayers(chains, kernels);
  const dispose = () => packed.forEach(({ operation }) => operation.dispose());
  try {
    const topology = packTopology(model, chains, packed);
    const computes = new Map([...packed.values()].map((compute) => [compute.key, compute]));
    const copy = await whileBuilding(computes, () => rebuild(model, topology));
    copyWeights(model, copy);
    const inChains = new Map(
      chains.flatMap((chain) => {
        const { bytesOfLayers } = packed.get(standOf(chain))!.operation;
        return chain.map((plan, at) => [plan.id, explained(plan, bytesOfLayers[at]!, chain[at + 1])]);
      }),
    );
    const layers = planned.map((layer) => inChains.get(layer.id) ?? unpacked(layer));
    return {
      variant: kernels.variant,
      predict: (...given) => copy.predict(...given),
      explain: () => layers,
      dispose: () => {
        disposeWeights(copy);
        dispose();
      },
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

const variants: readonly unknown[] = ['auto', 'scalar', 'simd', 'relaxed'];

function checkBackend(where: string): void {
  if (tf.getBackend() !== 'webgpu') return;
  throw new LowbitError({
    code: 'runtime-missing',
    where,
    expected: 'a backend whose tensors can be read at once: wasm, cpu or webgl',
    received: 'webgpu',
    remedy: "Choose another one first: await tf.setBackend('wasm').",
  });
}

/** The weights that the copy has; variables of both share their values until one is changed. */
function copyWeights(model: LayersModel, copy: LayersModel): void {
  const originals = new Map(
    surveyModel(model).flatMap(({ variables }) => variables.map(({ id, variable }) => [id, variable])),
  );
  tf.tidy(() => {
    for (const { variables } of surveyModel(copy))
      for (const { id, variable } of variables) tensorOf(variable).assign(originals.get(id)!.read());
  });
}

function unpacked({ id, layer, outcome }: PlannedLayer): CompiledLayer {
  return { layer: id, className: layer.getClassName(), isPacked: false, why: outcome as string };
}

function explained(
  { id, layer, outcome }: PackedPlan,
  bytes: number,
  next: PackedPlan | undefined,
): CompiledLayer {
  const { weights, inputs, norm, residual, rectifier, border } = outcome;
  return {
    layer: id,
    className: layer.getClassName(),
    isPacked: true,
    bits: weights.bits,
    inputs: inputs.kind,
    bytes,
    ...(norm && { normalization: norm.name }),
    ...(residual && { residual: residual.layer.name }),
    ...(rectifier && { rectifier: rectifier.layer.name }),
    ...(border && { border: border.layer.name }),
    ...(next && { next: next.id }),
  };
}
