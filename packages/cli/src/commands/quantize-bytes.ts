import { basename } from 'node:path';

import {
  applyPlan,
  cascade,
  ends,
  everywhere,
  quantize,
  type QuantizationPlan,
  type Recipe,
  type Report,
  type SessionOptions,
} from '@lowbit/core';
import { registry } from '@lowbit/methods';
import { onnx } from '@lowbit/onnx';

import type { QuantizeOptions } from './quantize-options.js';

export interface QuantizedBytes {
  readonly model: { readonly bytes: Uint8Array };
  readonly report: Report;
}

/** Quantizes the bytes of an ONNX file: by the plan when there is one, else by the options. */
export async function quantizeBytes(
  bytes: Uint8Array,
  file: string,
  options: QuantizeOptions,
  plan: QuantizationPlan | undefined,
  session: SessionOptions,
): Promise<QuantizedBytes> {
  const port = onnx(bytes, { name: basename(file), optimize: options.optimize });
  return plan === undefined
    ? quantize(port, recipeFrom(options), session)
    : applyPlan(port, plan, registry, session);
}

/** The recipe that the options describe. */
export function recipeFrom({
  weights,
  bits,
  granularity,
  firstLast,
  include,
  exclude,
}: QuantizeOptions): Recipe {
  return {
    weights,
    bits: firstLast === undefined ? bits : cascade(everywhere(bits), ends(firstLast)),
    granularity,
    registry,
    ...(include.length > 0 ? { include } : {}),
    ...(exclude.length > 0 ? { exclude } : {}),
  };
}
