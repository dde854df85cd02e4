import { LowbitError, type Quantizer } from '@lowbit/core';
import { activationSite, arrayOps, forwardOf, observedBy, type FittedSite } from '@lowbit/core/adapter';

/** The widths and options with which a quantizer's forward pass has been tried already. */
const tried = new WeakMap<Quantizer, Set<string>>();

/**
 * Tries a quantizer's own forward pass on a small matrix: nodes that give another shape than they were given make a file that no
 * runtime runs, and shapes are not known while nodes are added. Done once for each quantizer, width and set of options.
 *
 * @throws LowbitError `plugin-failed` for a result of another shape than x.
 */
export function checkForwardShape(site: FittedSite): void {
  const { quantizer, bits, options } = site;
  if (quantizer.forward === undefined) return;
  const key = JSON.stringify([bits, options]);
  const known = tried.get(quantizer) ?? new Set();
  if (known.has(key)) return;
  // No side is 1 that can be more, so that no reduction keeps the shape by chance.
  const shape = observedBy(quantizer, options) === 'values' ? [1, 3] : [2, 3];
  const result = resultShape(site, shape);
  if (result !== undefined && String(result) !== String(shape)) throw wrongShape(site, shape, result);
  tried.set(quantizer, known.add(key));
}

/** `undefined` for a forward pass that plain arrays of this size do not suit: it has made its nodes. */
function resultShape(site: FittedSite, shape: readonly number[]): readonly number[] | undefined {
  const data = Float32Array.from({ length: shape[0]! * shape[1]! }, (_, i) => i / 4);
  try {
    const result = forwardOf(site.quantizer)(arrayOps, { shape, data }, activationSite(arrayOps, site));
    return Array.isArray(result.shape) ? result.shape : undefined;
  } catch {
    return undefined;
  }
}

function wrongShape(
  { id, quantizer }: FittedSite,
  shape: readonly number[],
  result: readonly number[],
): LowbitError {
  return new LowbitError({
    code: 'plugin-failed',
    where: `site '${id}', quantizer '${quantizer.name}': forward`,
    expected: 'a tensor of the shape of x',
    received: `a tensor of shape [${result.join(', ')}] for x of shape [${shape.join(', ')}]`,
    remedy: "Report this to the quantizer's author.",
  });
}
