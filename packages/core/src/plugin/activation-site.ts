import type { FittedSite } from '../model/port.js';
import type { Ops } from '../ops/ops.js';
import { collectScheme } from '../scheme/scheme.js';
import { siteParameters } from './forward.js';
import type { Site } from './quantizer.js';

/**
 * A fitted activation site as a forward pass takes it: one set of parameters for all rows, or an empty residual scheme for a
 * quantizer that measures on each call.
 */
export function activationSite<T>(ops: Ops<T>, { id, bits, options, parameters }: FittedSite): Site<T> {
  return {
    role: 'activation',
    bits,
    options,
    parameters:
      parameters === undefined
        ? { kind: 'residual', scales: [] }
        : siteParameters(ops, collectScheme([parameters], `site '${id}'`), 1),
  };
}
