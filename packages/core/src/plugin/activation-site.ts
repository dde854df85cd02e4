import { checkHas } from '../errors/check-kinds.js';
import type { FittedSite } from '../contract/model-writer.js';
import type { Ops } from '../ops/ops.js';
import { collectScheme } from '../scheme/scheme.js';
import type { SliceParameters } from '../scheme/types.js';
import { integerZeroPoints } from '../scheme/zero-point.js';
import { checkOps, siteParameters } from './forward.js';
import type { Options } from '../contract/options.js';
import type { Observed, Quantizer, Site, SiteParameters } from '../contract/quantizer.js';

/**
 * A fitted activation site as a forward pass takes it: one set of parameters for all rows, or an empty residual scheme for a
 * quantizer that measures on each call. Grids with an integer zero point round as `QuantizeLinear` does.
 */
export function activationSite<T>(ops: Ops<T>, site: FittedSite): Site<T> {
  checkOps(ops, 'activationSite(ops, site)');
  checkHas(site, ['id', 'bits', 'options'], 'activationSite(ops, site)', 'a fitted site');
  const { id, bits, options, parameters } = site;
  return {
    role: 'activation',
    bits,
    options,
    parameters:
      parameters === undefined ? { kind: 'residual', scales: [] } : fittedParameters(ops, parameters, id),
  };
}

function fittedParameters<T>(ops: Ops<T>, parameters: SliceParameters, id: string): SiteParameters<T> {
  const scheme = collectScheme([parameters], `site '${id}'`);
  const tensors = siteParameters(ops, scheme, 1);
  if (scheme.kind !== 'affine' || tensors.kind !== 'affine' || scheme.scale[0] === 0) return tensors;
  const zeroPoint = integerZeroPoints(scheme)?.[0];
  return zeroPoint === undefined
    ? tensors
    : { ...tensors, zeroPoint: ops.constant({ shape: [1, 1], data: [zeroPoint] }) };
}

/** What one row is that the quantizer gets, with these options. */
export function observedBy(quantizer: Quantizer, options: Options): Observed {
  checkHas(quantizer, ['kind', 'name'], 'observedBy(quantizer, options)', 'a quantizer');
  const { observes = 'values' } = quantizer;
  return typeof observes === 'function' ? observes(options) : observes;
}
