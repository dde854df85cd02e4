import { LowbitError, type QuantizedTensor } from '@lowbit/core';
import {
  checkArgument,
  checkOptions,
  defined,
  type FittedSite,
  observedBy,
  type OptionTypes,
  sizeOf,
} from '@lowbit/core/adapter';
import { fakeQuantize } from '../activations/fake-quantize.js';
import { onRows } from '../activations/on-rows.js';
import type { ConstantValue } from '../graph/constant-value.js';
import { makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { graphBuilder, type GraphBuilder } from '../interpreter/graph-builder.js';
import { createValueInfo } from '../schema/proto.js';
import { targetType } from '../target/runtime.js';
import { builtOpsets } from '../target/versions.js';
import type { BuilderOptions, ModelBuilder } from './builder.js';
import { type BuiltNames, builtNames } from './built-names.js';
import { dataTypeOf } from './element-type.js';
import { LateConstants } from './late-constants.js';
import type { Parts } from './parts.js';
import { activationPrefix, streamParts, weightCosts, writeParts } from './write-parts.js';

/**
 * Builds an ONNX file, for converters: nodes, constants, packed weights, quantizers of activations.
 *
 * @throws LowbitError `unsupported-option` for an operator set or target that files are not built for. The builder's functions:
 *   `invalid-argument` for names that nothing defines or that are taken, for types and for values that do not fit.
 * @example
 * const model = modelBuilder({ opset: 17 });
 * const x = model.input('x', 'float32', ['batch', 4]);
 * const kernel = model.weight('kernel', tensor);
 * model.output(model.node('MatMul', [x, kernel]), 'float32', ['batch', 3], 'y');
 * const { bytes } = await model.write();
 */
export function modelBuilder(options: BuilderOptions): ModelBuilder {
  checkOptions(options, optionsOfBuilder, 'modelBuilder');
  const { opset, name = 'model.onnx', target } = options;
  const parts: Parts = {
    inputs: [],
    outputs: [],
    constants: [],
    late: new LateConstants(),
    weights: [],
    nodes: [],
  };
  const names = builtNames(name);
  const sums = target?.provider === 'webgpu' ? 'float32' : 'float64';
  return {
    opset,
    ...valuesOf(parts, names),
    ...nodesOf(parts, names),
    activation: activationsOf(parts, names, opset, sums),
    costs: () => weightCosts(parts, { ...options, name }),
    write: (wishes = {}) => writeParts(parts, { ...options, name }, wishes),
    stream: (wishes = {}) => streamParts(parts, { ...options, name }, wishes),
  };
}

/** Inputs, constants and outputs. */
function valuesOf(
  { inputs, constants, late, weights, outputs, nodes }: Parts,
  names: BuiltNames,
): Pick<ModelBuilder, 'input' | 'constant' | 'weight' | 'output'> {
  return {
    input(name, type, shape) {
      inputs.push(createValueInfo(names.take(name), dataTypeOf(type, `input '${name}'`), shape));
      return name;
    },
    constant(near, type, dims, values) {
      const dataType = dataTypeOf(type, `constant '${near}'`);
      const name = names.define(near);
      const isLate = typeof values === 'function';
      constants.push(
        isLate ? late.add(name, dataType, dims, values) : makeTensor(name, dataType, dims, values),
      );
      return name;
    },
    weight(near, tensor, { dims = tensor.shape, type = 'float32', original } = {}) {
      checkDims(near, tensor, dims);
      const dataType = dataTypeOf(type, `weight '${near}'`);
      const name = names.define(near);
      weights.push({ name, tensor, dims, type: dataType, ...defined({ original }) });
      return name;
    },
    output(value, type, shape, name = value) {
      names.known(value);
      if (name !== value) {
        const copy = { name: names.node(name), inputs: [value], outputs: [names.take(name)] };
        nodes.push(makeNode({ op: 'Identity', ...copy }));
      }
      outputs.push(createValueInfo(name, dataTypeOf(type, `output '${name}'`), shape));
    },
  };
}

function nodesOf(parts: Parts, names: BuiltNames): Pick<ModelBuilder, 'node' | 'nodes'> {
  const nodes: ModelBuilder['nodes'] = (
    op,
    inputs,
    results,
    { name = op, domain = '', attributes = {} } = {},
  ) => {
    inputs.filter((input) => input !== '').forEach(names.known);
    const outputs = Array.from({ length: results }, (_, at) =>
      names.define(at === 0 ? name : `${name}_${at}`),
    );
    parts.nodes.push(makeNode({ op, domain, name: names.node(name), inputs, outputs, attributes }));
    return outputs;
  };
  return { nodes, node: (op, inputs, options) => nodes(op, inputs, 1, options)[0] as string };
}

/** Quantizers of activations; what they compute with is stored once, whichever uses it. */
function activationsOf(
  { nodes, constants }: Parts,
  { define, known }: BuiltNames,
  opset: number,
  sums: GraphBuilder['sums'],
): ModelBuilder['activation'] {
  const addConstant = (near: string, { type, dims, values }: ConstantValue) => {
    const name = define(near);
    constants.push(makeTensor(name, type, dims, values));
    return name;
  };
  const builder = graphBuilder({ addConstant, newName: define }, opset, activationPrefix, sums);
  return (value, site, row) => {
    const shape = rowsOf(site, row);
    known(value);
    const result = onRows(builder, value, shape, (matrix) => fakeQuantize(site, builder, matrix));
    nodes.push(...builder.take());
    return result;
  };
}

const { oldest, newest } = builtOpsets;

const optionsOfBuilder: OptionTypes<BuilderOptions> = {
  opset: {
    expected: `an operator set from ${oldest} to ${newest}`,
    fits: (value) => Number.isInteger(value) && Number(value) >= oldest && Number(value) <= newest,
  },
  name: { expected: 'a text', fits: (value) => typeof value === 'string' && value !== '' },
  optimize: { expected: "'speed' or 'memory'", fits: (value) => value === 'speed' || value === 'memory' },
  target: targetType,
};

function checkDims(name: string, { shape, codes }: QuantizedTensor, dims: readonly number[]): void {
  checkArgument(sizeOf(dims) === codes.length, dims, {
    where: `the dimensions of weight '${name}'`,
    expected: `as many values as ${shape.join(' × ')}`,
  });
}

/** The rows that a quantizer sees of a value, as the shape of a matrix that `Reshape` takes. */
function rowsOf({ id, quantizer, options }: FittedSite, row: number | undefined): readonly [number, number] {
  const observed = observedBy(quantizer, options);
  if (observed === 'values') return [1, -1];
  if (observed === 'samples') return [0, -1];
  if (row !== undefined) return [-1, row];
  throw new LowbitError({
    code: 'unsupported-option',
    where: `site '${id}'`,
    expected: 'the length of a row, which this quantizer sees on its own',
    received: 'none',
    remedy: 'Give it as the third argument: activation(value, site, row).',
  });
}
