import type { ModelPort, QuantizedTensor, Quantizer, StorageNote } from '@lowbit/core';
import { range, schemeOutline, totalCost } from '@lowbit/core/method';
import { must, type Law } from '../law.js';
import type { PortLawOptions } from './options.js';
import { weightsOf } from './weights.js';
import { watched, write } from './write.js';

/** Laws on what a port says that weights cost. */
export function costLaws<M>({ make, costSlack = 0.05 }: PortLawOptions<M>): readonly Law[] {
  return [
    {
      title: 'tells what a weight costs, never less than is written, and no more than it may',
      async run() {
        for (const quantizer of [undefined, ...kinds]) await checkCosts(await make(), quantizer, costSlack);
      },
    },
  ];
}

async function checkCosts<M>(
  port: ModelPort<M>,
  quantizer: Quantizer | undefined,
  slack: number,
): Promise<void> {
  if (port.cost === undefined) return;
  const tensors = new Map<string, QuantizedTensor>();
  const notes: StorageNote[] = [];
  const heard = watched(port, {
    added: (tensor, id) => tensors.set(id, tensor),
    applied: ({ storage }) => notes.push(...storage),
  });
  const { plan } = await write(heard, quantizer);
  const described = new Map((await weightsOf(port)).map((weight) => [weight.id, weight]));
  const costs = [];
  for (const entry of plan.weights) {
    const [weight, tensor] = [described.get(entry.id), tensors.get(entry.id)];
    if (entry.bits === 'float' || weight === undefined || tensor === undefined) continue;
    const { parameterStorage, scheme } = tensor;
    const cost = await port.cost(weight, { ...entry, parameterStorage, scheme: schemeOutline(scheme) });
    costs.push(cost);
    const note = notes.find(({ id }) => id === entry.id);
    for (const size of ['storedBytes', 'valueBytes', 'memoryBytes'] as const) {
      const [told, bytes] = [cost[size] ?? cost.storedBytes, note?.[size] ?? 0];
      must(
        told >= bytes,
        () => `'${entry.id}' as ${scheme.kind} costs ${told} ${size}, and ${bytes} are written`,
      );
    }
  }
  const written = notes.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const { storedBytes } = totalCost(costs);
  const words = `all weights cost ${storedBytes} bytes, and ${written} are written`;
  must(storedBytes >= written && storedBytes <= (1 + slack) * written, () => words);
}

function kind(name: string, bits: number, fit: Quantizer['fit']): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: `conformance-${name}`,
    roles: ['weight'],
    bits: { weight: [bits] },
    fit,
  };
}

/** Quantizers of every other kind of parameters. */
const kinds: readonly Quantizer[] = [
  kind('offset', 4, (values) => {
    const { min, max } = range(values);
    const offset = Math.fround(min);
    return { kind: 'affine', levels: 16, scale: Math.fround((max - min) / 15), offset };
  }),
  kind('codebook', 2, (values) => {
    const { min, max } = range(values);
    return { kind: 'codebook', values: Float32Array.of(min, min + (max - min) / 5, max) };
  }),
  kind('residual', 2, (values) => {
    const { min, max } = range(values);
    const scale = Math.fround(Math.max(-min, max) / 2);
    return { kind: 'residual', scales: Float32Array.of(scale, scale / 2) };
  }),
];
