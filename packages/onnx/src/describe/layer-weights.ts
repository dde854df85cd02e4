import type { SkipNote } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import { isFloatType } from '../model/data-types.js';
import type { OnnxModel } from '../model/model.js';
import { keyOfNode } from '../model/operator-key.js';
import { tensorShape } from '../model/tensor-shape.js';
import type { NodeProto } from '../schema/proto.js';
import { constantsOfAnyType, oldestOpset } from '../target/versions.js';
import { hasReferences } from '../graph/attributes.js';
import type { ArgumentRoles } from './argument-roles.js';
import { chainOperator } from '../operators/moves/chain-operators.js';
import type { TracedSource } from './back-to-sources.js';
import { typeAtUse } from './chain-inputs.js';
import { constantSource } from '../graph/constant-source.js';
import { takesOverridable } from './overridable.js';
import { hasConstantRows } from './looked-up-tables.js';
import type { WeightRole } from '../operators/operator.js';
import { noTable } from '../operators/table.js';
import { operatorOf } from '../operators/operators.js';
import { noWeightReason } from '../operators/without-weights.js';
import { type Definition, isStandard, resolve, type Scope } from '../graph/scope.js';
import type { SiteDrafts } from './site-drafts.js';
import { isQuantizedOperator, skipReasons } from './skip-reasons.js';
import { traceWeight, type Trace } from './trace-weight.js';
import { unfitSource } from './unfit-source.js';
import type { WeightSite } from './weight-site.js';

/** The weights of a layer, and why others are skipped. */
export interface LayerWeights {
  readonly weights: readonly WeightSite[];
  readonly skipped: readonly SkipNote[];
}

/** What the layers of one model share. */
export interface DescribeContext {
  readonly model: OnnxModel;
  /** Version of the standard operators where the layer stands. */
  readonly opset: number;
  /** Whether that is a function of the model, which holds no constants but `Constant` nodes. */
  readonly inFunction: boolean;
  /** The model's own functions, and what they take weights for. */
  readonly functions: ArgumentRoles;
  readonly drafts: SiteDrafts;
  /** Whether lowbit added a value in an earlier run. */
  readonly isOwn: (name: string) => boolean;
  /** Constants that decode weights which are quantized already. */
  readonly parameters: ReadonlySet<Definition>;
  /** Tables of which some node takes rows that are known at run time alone. */
  readonly lookedUp: ReadonlySet<Definition>;
  /** Whether the files beside the model can be read. */
  readonly external: boolean;
}

export function layerWeights(
  id: string,
  node: NodeProto,
  scope: Scope,
  context: DescribeContext,
): LayerWeights {
  const passed = context.functions.get(keyOfNode(node));
  if (passed !== undefined && !isQuantizedOperator(node))
    return argumentWeights(id, node, scope, context, passed);
  const operator = operatorOf(node);
  const reason = wholeLayerReason(node, scope, context);
  if (operator === undefined || reason !== undefined) {
    return { weights: [], skipped: [{ subject: id, reason: reason ?? skipReasons.noWeights }] };
  }
  const attempts = operator.roles(node).flatMap((role) => attempt(role, node, scope, context));
  if (operator.takes === 'table' && !attempts.some((one) => isOfInterest(one, node, scope))) {
    const matrix = isMatrix(node.input[0] ?? '', scope);
    const reason = matrix ? skipReasons.notSupported(node.opType) : skipReasons.noWeights;
    return { weights: [], skipped: [{ subject: id, reason }] };
  }
  if (operator.takes !== 'one') return collectWeights(attempts, node, scope, context);
  const constants = attempts.filter(({ trace }) => !isComputed(trace));
  const constant = attempts.find(({ trace }) => 'sources' in trace) ?? constants[0];
  if (attempts.length > 2 && constant !== undefined) return collectWeights(constants, node, scope, context);
  if (constant !== undefined) return collectWeights([constant], node, scope, context);
  return { weights: [], skipped: [{ subject: id, reason: skipReasons.bothComputed }] };
}

/** The weights that a call passes to a function of the model: they are quantized where they stand, outside of it. */
function argumentWeights(
  id: string,
  node: NodeProto,
  scope: Scope,
  context: DescribeContext,
  roles: readonly WeightRole[],
): LayerWeights {
  const attempts = roles.flatMap((role) => attempt(role, node, scope, context));
  const constants = attempts.filter(({ trace }) => 'sources' in trace);
  const known = new Set(constants.map(({ role }) => role.input));
  const others = node.input.filter((_, input) => !known.has(input));
  const { weights, skipped } = collectWeights(constants, node, scope, context, false);
  if (others.some((name) => isMatrix(name, scope)))
    return { weights, skipped: [...skipped, { subject: id, reason: skipReasons.functionArgument }] };
  const note = { subject: id, reason: skipReasons.localFunction };
  return { weights, skipped: weights.length + skipped.length === 0 ? [note] : skipped };
}

interface Attempt {
  readonly role: WeightRole;
  readonly trace: Trace;
}

function attempt(role: WeightRole, node: NodeProto, scope: Scope, context: DescribeContext): Attempt[] {
  const name = node.input[role.input] ?? '';
  const definition = resolve(scope, name);
  if (definition === undefined) return [];
  if (role.kernel === 'embedding' && isParameter(definition, context))
    return [{ role, trace: { reason: skipReasons.parameters } }];
  const { opset, model } = context;
  const trace = traceWeight(definition, role.axes, { opset, ir: model.ir });
  const reason = 'sources' in trace ? noWeight(trace.sources, role, node, scope, context) : undefined;
  return [{ role, trace: reason === undefined ? trace : { reason } }];
}

/** Whether a table is a constant, of any size, that decodes weights. */
const isParameter = (definition: Definition, { parameters, isOwn }: DescribeContext): boolean => {
  const source = constantSource(definition);
  const float = source !== undefined && isFloatType(source.tensor.dataType);
  return float && (parameters.has(definition) || isOwn(source.name));
};

/** Why constants that an operator could take its weight from are none; `undefined` when they are. */
function noWeight(
  sources: readonly TracedSource[],
  { kernel }: WeightRole,
  node: NodeProto,
  scope: Scope,
  { isOwn, parameters, lookedUp }: DescribeContext,
): string | undefined {
  if (sources.some(({ source }) => isFloatType(source.tensor.dataType) && isOwn(source.name)))
    return skipReasons.own;
  if (sources.some(({ definition }) => parameters.has(definition))) return skipReasons.parameters;
  const table = resolve(scope, node.input[0] ?? '');
  const constant =
    kernel === 'embedding' && isStandard(node, 'Gather') && hasConstantRows(node.input[1] ?? '', scope);
  return constant && table !== undefined && !lookedUp.has(table) ? skipReasons.constantRows : undefined;
}

/** Whether a table holds floats, or did before it was quantized. */
function isOfInterest({ trace }: Attempt, node: NodeProto, scope: Scope): boolean {
  if ('sources' in trace)
    return trace.sources.some(({ source, direct }) => !direct || isFloatType(source.tensor.dataType));
  if (alreadyQuantizedReasons.has(trace.reason)) return true;
  const definition = resolve(scope, node.input[0] ?? '');
  const source = definition && constantSource(definition);
  return trace.reason !== noTable && source !== undefined && isFloatType(source.tensor.dataType);
}

const alreadyQuantizedReasons: ReadonlySet<string> = new Set([
  skipReasons.quantized,
  skipReasons.parameters,
  skipReasons.own,
]);

/** Whether an operand is an activation: computed or given, not a weight that could not be followed. */
const isComputed = (trace: Trace): boolean =>
  'reason' in trace &&
  (trace.reason === skipReasons.given || trace.reason.startsWith(skipReasons.computed('')));

/** @param itself Whether the node computes with the weights, and does not pass them on. */
function collectWeights(
  attempts: readonly Attempt[],
  node: NodeProto,
  scope: Scope,
  context: DescribeContext,
  itself = true,
): LayerWeights {
  const weights = new Set<WeightSite>();
  const skipped: SkipNote[] = [];
  for (const { role, trace } of attempts) {
    const { input, kernel } = role;
    if ('reason' in trace) {
      skipped.push({ subject: node.input[input] as string, reason: trace.reason });
      continue;
    }
    for (const traced of trace.sources) {
      const reason = unfitSource(traced, context);
      const type = typeAtUse(resolve(scope, node.input[input] ?? ''));
      const use = { node, graph: scope.graph, input, type, direct: itself && traced.direct };
      if (reason === undefined) weights.add(context.drafts.add(traced, kernel, use));
      else skipped.push({ subject: traced.source.name, reason });
    }
  }
  return { weights: [...weights], skipped };
}

/** Why nothing of a layer is looked at; `undefined` for operators whose weights are. */
function wholeLayerReason(node: NodeProto, scope: Scope, context: DescribeContext): string | undefined {
  const { opset, inFunction } = context;
  if (isQuantizedOperator(node)) return skipReasons.quantizedOperator;
  if (operatorOf(node) === undefined) {
    if (isLearned(node)) return skipReasons.inAttributes(node.opType);
    if (!holdsMatrix(node, scope)) return undefined;
    if (takesOverridable(node, scope, context.model.ir)) return skipReasons.overridable;
    return noWeightReason(node) ?? skipReasons.notSupported(node.opType);
  }
  if (hasReferences(node)) return skipReasons.functionAttribute;
  if (opset < oldestOpset) return skipReasons.oldOpset(opset);
  return inFunction && opset < constantsOfAnyType ? skipReasons.oldFunction(opset) : undefined;
}

/** Whether an operator of classical machine learning holds what was learned in attributes. */
const isLearned = ({ domain, opType }: NodeProto): boolean =>
  domain === 'ai.onnx.ml' && /^(Linear|SVM|TreeEnsemble)/.test(opType);

/** From this many values on, a constant of two or more axes is worth a remark. */
const largeMatrix = 1024;

/** Whether an operator that is not known to hold weights has a large float constant as an input. */
function holdsMatrix(node: NodeProto, scope: Scope): boolean {
  if (chainOperator(node) !== undefined) return false;
  return node.input.some((name) => isMatrix(name, scope));
}

/** Whether a value is a large float constant of two or more axes. */
function isMatrix(name: string, scope: Scope): boolean {
  const definition = resolve(scope, name);
  const source = definition && constantSource(definition);
  if (source === undefined || !isFloatType(source.tensor.dataType)) return false;
  const shape = tensorShape(source.tensor, source.name);
  return shape.filter((size) => size > 1).length >= 2 && sizeOf(shape) >= largeMatrix;
}
