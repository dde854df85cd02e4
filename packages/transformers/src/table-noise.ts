import type { LayerDescriptor, Report, WeightDescriptor, WeightReport } from '@lowbit/core';

/** What tables may add to the error of products: 0.2 dB. */
const mostOfProducts = 0.05;

/**
 * Whether outputs show that tables of embeddings are rounded, beside the error of products. They do not where what products give makes most of
 * the states; in narrow nets with small weights, as before and soon after training began, states are little else than what tables give.
 *
 * States are taken to have variance 1, as norms make them. A product multiplies that by its gain, the energy of its weights for each output,
 * and what it gives goes through another one, of the mean gain, before it is added to the states, with its error.
 *
 * @param layers Those of the model that the report is of.
 * @param table The operator that looks up rows.
 */
export function areTablesHeard(
  { weights }: Pick<Report, 'weights'>,
  layers: readonly LayerDescriptor[],
  table: string,
): boolean {
  const rows = weights.flatMap((weight) => noiseOf(weight) ?? []);
  const products = rows.filter(({ op }) => op !== table);
  if (products.length === 0) return false;
  const lengths = new Map(layers.flatMap((layer) => layer.weights.map((one) => [one.id, inputsOf(one)])));
  const gains = products.map(({ id, meanSquare }) => meanSquare * (lengths.get(id) ?? 1));
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const added = products.reduce((sum, { noise }, at) => sum + (noise * (gains[at] as number) * mean) / 2, 0);
  return rows.some(({ op, noise }) => op === table && noise > mostOfProducts * added);
}

/** Noise of a weight, of its signal, and the mean square of its values; `undefined` where there is no error. */
function noiseOf({ id, op, error }: WeightReport) {
  if (error === undefined || error.sqnrDb === null) return undefined;
  const noise = 10 ** (-error.sqnrDb / 10);
  return { id, op, noise, meanSquare: error.meanSquared / noise };
}

/** Values that each output of a weight is a sum over. */
const inputsOf = ({ shape, inputAxis }: WeightDescriptor): number =>
  inputAxis === undefined ? 1 : (shape[inputAxis] ?? 1);
