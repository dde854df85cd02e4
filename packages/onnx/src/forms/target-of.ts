import { defined } from '@lowbit/core/adapter';
import { opsetOf } from '../model/function-body.js';
import type { OnnxModel } from '../model/model.js';
import type { FunctionProto } from '../schema/proto.js';
import type { Runtime, Target } from '../target/target.js';

/**
 * What the form of a weight must be valid for.
 *
 * @param fn The function of the model that holds it, if one does.
 */
export function targetOf(
  model: OnnxModel,
  fn: FunctionProto | undefined,
  runtime: Runtime | undefined,
): Target {
  const { opset, ir } = model;
  const target = { opset, ir, ...defined({ runtime }) };
  return fn === undefined ? target : { ...target, opset: opsetOf(fn, model), inFunction: true };
}
