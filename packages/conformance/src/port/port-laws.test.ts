import { describe, expect, it } from 'vitest';
import type { LayerDescriptor, ModelPort } from '@lowbit/core';
import { brokenPorts } from '../../test/broken-ports.js';
import { lawOptions } from '../../test/changed-ports.js';
import { moreBrokenPorts } from '../../test/more-broken-ports.js';
import { failingLaws } from '../../test/failing-laws.js';
import { memoryModel, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { trainableMemory } from '../../test/trainable-memory.js';
import { portLaws } from './port-laws.js';

const make = () => memoryPort(memoryModel());

describe('portLaws', () => {
  it('has a broken port for each law', () => {
    expect(Object.keys(brokenPorts)).toEqual(portLaws(lawOptions(make)).map(({ title }) => title));
  });

  it('finds nothing wrong with an honest port', async () => {
    expect(await failingLaws(portLaws(lawOptions(make)))).toEqual([]);
    expect(await failingLaws(portLaws({ make }))).toEqual([]);
  });

  it('puts a name before each title', () => {
    expect(portLaws({ name: 'tiny', make })[0]?.title).toBe('tiny: declares its name and what it can store');
  });

  it.each(moreBrokenPorts)('finds that one is broken in another way: %s', async (_, title, options) => {
    const failures = await failingLaws(portLaws(options));
    expect(failures.map((failure) => failure.title)).toContain(title);
  });

  it('asks nothing of what a port cannot do, and of sites that a model does not have', async () => {
    const unrun: ModelPort<MemoryModel> = make();
    delete unrun.run;
    const siteless = <P extends ModelPort<MemoryModel>>(port: P) => ({
      ...port,
      layers: () => (port.layers() as readonly LayerDescriptor[]).map((layer) => ({ ...layer, sites: [] })),
      observe: ((batches, options) => port.observe!(batches, { ...options, sites: [] })) as P['observe'],
    });
    const makeTrainable = () => {
      const { port, train } = trainableMemory();
      return { port: siteless(port), train };
    };
    for (const options of [lawOptions(() => unrun), { ...lawOptions(() => siteless(make())), makeTrainable }])
      expect(await failingLaws(portLaws(options))).toEqual([]);
  });

  it.each(Object.entries(brokenPorts))('finds that one is broken: %s', async (title, options) => {
    const failures = await failingLaws(portLaws(options));
    expect(failures).toEqual([{ title, message: expect.any(String) }]);
  });
});
