import { loadFashionMnist } from '@lowbit/e2e-proof-tfjs';
import { useWasm } from '@lowbit/e2e-real-models';
import { gate, type Gate, type Part, type Tell } from '@lowbit/e2e-real-models/proof';
import { tfjs } from '@lowbit/tfjs';
import { registerWasmTraining } from '@lowbit/tfjs/wasm-training';
import { kept } from './kept.js';
import { settings } from './settings.js';
import { floatNetwork, type Trained, trainFloat, trainVariant } from './train-variant.js';
import { type VariantName, variantNames, variantsOf } from './variants.js';

/** By variant, the net of each seed. */
type Results = (name: VariantName) => readonly Trained[];

/** Bits that fall with depth against the same everywhere and bits that rise, trained: memory, accuracy, and the gap to training pictures. */
export const trainingPart: Part = {
  name: 'training',
  async measure(tell) {
    const { bits, results } = await trainAll(tell);
    const rows = variantNames.map((name) => ({
      net: name,
      bits: Object.values(bits[name]).join(' '),
      'bytes of weights': results(name)[0]!.bytes,
      'right of test pictures (%)': mean(results(name).map(({ accuracy }) => accuracy)),
      'of training pictures': mean(results(name).map(({ ofTraining }) => ofTraining)),
      'gap (points)': mean(results(name).map(({ accuracy, ofTraining }) => ofTraining - accuracy)),
    }));
    const { training } = settings.pictures;
    const title = `Nets of a residual network on Fashion-MNIST, ${training} training pictures, means of ${settings.seeds.length} seeds`;
    return { name: 'training', title, rows, gates: gatesOf(results), skipped: [] };
  },
};

async function trainAll(tell: Tell) {
  await useWasm();
  registerWasmTraining();
  const data = loadFashionMnist(settings.pictures);
  const float = await kept('float', () => trainFloat(data, tell));
  const bits = await kept('bits', async () => {
    const model = floatNetwork(float);
    const found = await variantsOf(tfjs(model), data.training);
    model.dispose();
    return found;
  });
  const found = new Map<VariantName, Trained[]>(variantNames.map((name) => [name, []]));
  for (const seed of settings.seeds)
    for (const name of variantNames) {
      const title = `seed ${seed}, ${name}`;
      const one = await kept(title, () => trainVariant(float, bits[name], data, { seed, title, tell }));
      found.get(name)!.push(one);
    }
  const results: Results = (name) => found.get(name) ?? [];
  return { bits, results };
}

function gatesOf(results: Results): readonly Gate[] {
  const [first, homogeneous] = [results('progressive')[0]!, results('homogeneous')[0]!];
  const saved = 100 * (1 - first.bytes / homogeneous.bytes);
  const gain = (one: VariantName, other: VariantName) => paired(results(one), results(other));
  const [fromHomogeneous, fromIncreasing, byRaising] = [
    gain('progressive', 'homogeneous'),
    gain('progressive', 'increasing'),
    gain('one bit, first raised', 'one bit'),
  ];
  const told = (difference: Difference) => `(standard error ${difference.error.toFixed(2)})`;
  return [
    gate('% of memory saved by bits that fall with depth', saved, 25),
    gate(`points of accuracy above the homogeneous net ${told(fromHomogeneous)}`, fromHomogeneous.mean, -0.3),
    gate(`points above the same bits rising ${told(fromIncreasing)}`, fromIncreasing.mean, 0),
    gate(`points by more bits for the first weights of a net of 1 bit ${told(byRaising)}`, byRaising.mean, 1),
  ];
}

interface Difference {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly error: number;
}

/** Of nets with the same seeds. */
function paired(ones: readonly Trained[], others: readonly Trained[]): Difference {
  const differences = ones.map(({ accuracy }, i) => accuracy - others[i]!.accuracy);
  const centre = mean(differences);
  const squares = differences.reduce((sum, one) => sum + (one - centre) ** 2, 0);
  return { mean: centre, error: Math.sqrt(squares / (differences.length - 1) / differences.length) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one / values.length, 0);
