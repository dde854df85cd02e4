import { isLowbitError, type ModelPort, type QuantizedTensor } from '@lowbit/core';
import type { ModelWriter } from '@lowbit/core/adapter';
import { must, type Law } from '../law.js';
import { show } from '../show.js';
import type { PortLawOptions } from './options.js';
import { outcomeOf, watched, write } from './write.js';

/** The law on what the writer of a port does not take. */
export function refusingLaws<M>({ make }: PortLawOptions<M>): readonly Law[] {
  return [
    {
      title: 'takes each weight of the plan once, as it was planned, and no other',
      run: async () => checkRefusals(await make()),
    },
  ];
}

type Added = readonly [id: string, tensor: QuantizedTensor];

async function checkRefusals<M>(port: ModelPort<M>): Promise<void> {
  const all: Added[] = [];
  const { plan } = await write(watched(port, { added: (tensor, id) => all.push([id, copyOf(tensor)]) }));
  const outcome = await outcomeOf(port, plan);
  const [first] = all;
  must(first !== undefined, () => 'no weight is quantized');
  const [id, tensor] = first;
  const adding = (given: readonly Added[]) => async (writer: ModelWriter<M>) => {
    for (const [one, own] of given) await writer.add(one, copyOf(own));
  };
  const wrong: Readonly<Record<string, (writer: ModelWriter<M>) => Promise<unknown>>> = {
    'a weight of another id': adding([['conformance: no such id', tensor]]),
    'a tensor of another shape': adding([[id, { ...tensor, shape: [...tensor.shape, 1] }]]),
    'a tensor with a code too few': adding([[id, { ...tensor, codes: tensor.codes.slice(1) }]]),
    'a weight twice': adding([first, first]),
    'the end before all weights': async (writer) => {
      await adding(all.slice(1))(writer);
      await writer.finish();
    },
  };
  for (const [what, use] of Object.entries(wrong)) {
    const error = await failureOf(async () => use(port.write(outcome)));
    must(
      isLowbitError(error),
      () => `${what} gives ${error === undefined ? 'no error' : show(String(error))}`,
    );
  }
}

const copyOf = (tensor: QuantizedTensor): QuantizedTensor => ({ ...tensor, codes: tensor.codes.slice() });

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}
