import { isFloatType, typeName } from '../model/data-types.js';
import { isExternal } from '../model/tensor-data.js';
import { skipReasons } from './skip-reasons.js';
import type { TracedSource } from './back-to-sources.js';
import { isOverridable } from './overridable.js';

/** Why a constant that weights are made of cannot be quantized; `undefined` when it can. */
export function unfitSource(
  { definition, source, direct }: TracedSource,
  { model: { ir }, external }: { readonly model: { readonly ir: number }; readonly external: boolean },
): string | undefined {
  const { tensor } = source;
  if (!isFloatType(tensor.dataType)) {
    return direct ? skipReasons.notFloat(typeName(tensor.dataType)) : skipReasons.quantized;
  }
  if (isOverridable(definition, ir)) return skipReasons.overridable;
  if (tensor.dims.some((size) => size === 0n)) return skipReasons.empty;
  return isExternal(tensor) && !external ? skipReasons.external : undefined;
}
