/**
 * Finds the plugin whose pass makes NaN or infinities of finite values: every pass of those in use is asked once more, on the
 * values that a round began with.
 */
import type { FittedActivations, FittedSite } from '../contract/model-writer.js';
import type { Quantizer, Site } from '../contract/quantizer.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { seededRandom } from '../numeric/random.js';
import { arrayOps, type ArrayTensor } from '../ops/array.js';
import { activationSite } from '../plugin/activation-site.js';
import { backwardOf, forwardOf, siteParameters } from '../plugin/forward.js';
import { collectScheme, sliceParameters } from '../scheme/scheme.js';
import { sliceLayout } from '../scheme/slicing.js';
import { fitWeight } from '../session/weight.js';

/** What takes part in a round of training: what is quantized, and every variable as it was when the round began. */
export interface RoundValues extends Pick<FittedActivations, 'activations'> {
  readonly entries: readonly ResolvedEntry[];
  /** By id, row-major. */
  readonly variables: ReadonlyMap<string, Float32Array>;
}

/** A pass that breaks finite values. */
export interface BrokenPass {
  /** The quantizer and its member. */
  readonly where: string;
  /** The weight or site that it was asked for. */
  readonly place: string;
  readonly received: string;
}

/** Where a quantizer is asked, and with what. */
interface Ask {
  readonly quantizer: Quantizer;
  readonly place: string;
  readonly site: Site<ArrayTensor>;
  readonly x: ArrayTensor;
}

/** The first that is found; `undefined` where every pass gives finite numbers, or cannot be asked with arrays. */
export function brokenPass({ entries, variables, activations }: RoundValues): BrokenPass | undefined {
  for (const ask of [...asksOfWeights(entries, variables), ...asksOfSites(activations)]) {
    const broken = passesOf(ask).find(([, run]) => brokenNumber(run) !== undefined);
    if (broken === undefined) continue;
    const [member, run] = broken;
    const where = `quantizer '${ask.quantizer.name}': ${member}`;
    return { where, place: ask.place, received: String(brokenNumber(run)) };
  }
  return undefined;
}

function passesOf({ quantizer, site, x }: Ask) {
  const upstream = { shape: x.shape, data: x.data.map((_, i) => (i % 2 === 0 ? 1 : -0.5)) };
  return [
    ['forward', () => forwardOf(quantizer)(arrayOps, x, site)],
    ['backward', () => backwardOf(quantizer)(arrayOps, x, upstream, site).x],
  ] as const;
}

/** The first NaN or infinity of a result. What cannot be computed with arrays says nothing. */
function brokenNumber(run: () => ArrayTensor): number | undefined {
  try {
    return run().data.find((value) => !Number.isFinite(value));
  } catch {
    return undefined;
  }
}

/** Each slice of each weight whose quantizer has a pass of its own. */
function* asksOfWeights(
  entries: readonly ResolvedEntry[],
  variables: ReadonlyMap<string, Float32Array>,
): Iterable<Ask> {
  for (const own of entries) {
    const { weight, quantizer, options, entry, slicing } = own;
    const values = variables.get(weight.id);
    if (values === undefined || !hasPass(quantizer)) continue;
    const { scheme } = fitWeight(own, values);
    const layout = sliceLayout(weight.shape, slicing);
    const sliced = layout.toSliceMajor(values);
    const place = `weight '${weight.id}'`;
    for (let slice = 0; slice < layout.count; slice++) {
      const data = sliced.slice(layout.start(slice), layout.end(slice));
      const one = collectScheme([sliceParameters(scheme, slice)], place);
      const parameters = siteParameters(arrayOps, one, 1);
      const site = { role: 'weight', bits: entry.bits, options, parameters } as const;
      yield { quantizer, place, site, x: { shape: [1, data.length], data } };
    }
  }
}

/** Each activation site whose quantizer has a pass of its own, with values of several magnitudes. */
function* asksOfSites(sites: ReadonlyMap<string, FittedSite>): Iterable<Ask> {
  const random = seededRandom(1);
  const magnitudes = [1, 10, 0.1, 0.001];
  const data = Float32Array.from(
    { length: 64 },
    (_, i) => (magnitudes[i >> 4] as number) * (2 * random() - 1),
  );
  for (const site of sites.values())
    if (hasPass(site.quantizer))
      yield {
        quantizer: site.quantizer,
        place: `site '${site.id}'`,
        site: activationSite(arrayOps, site),
        x: { shape: [4, 16], data },
      };
}

const hasPass = ({ forward, backward }: Quantizer): boolean =>
  forward !== undefined || backward !== undefined;
