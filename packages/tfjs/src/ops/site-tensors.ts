import type { Site } from '@lowbit/core/adapter';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The parameter tensors of a site, in a fixed order. */
export function siteTensors({ parameters }: Site<Tensor>): Tensor[] {
  if (parameters.kind === 'affine') {
    const { scale, offset, zeroPoint } = parameters;
    return zeroPoint === undefined ? [scale, offset] : [scale, offset, zeroPoint];
  }
  if (parameters.kind === 'residual') return [...parameters.scales];
  return [...parameters.values, ...parameters.thresholds];
}

/** The same site with other tensors, given in the order of {@link siteTensors}. */
export function withSiteTensors(site: Site<Tensor>, tensors: readonly Tensor[]): Site<Tensor> {
  const { parameters } = site;
  if (parameters.kind === 'affine') {
    const [scale, offset, zeroPoint] = tensors as [Tensor, Tensor, Tensor | undefined];
    const grid = { ...parameters, scale, offset };
    return { ...site, parameters: zeroPoint === undefined ? grid : { ...grid, zeroPoint } };
  }
  if (parameters.kind === 'residual') return { ...site, parameters: { kind: 'residual', scales: tensors } };
  const levels = parameters.values.length;
  const values = tensors.slice(0, levels);
  return { ...site, parameters: { kind: 'codebook', values, thresholds: tensors.slice(levels) } };
}
