import { describe, expect, it } from 'vitest';
import { brokenPorts, lawOptions } from '../../test/broken-ports.js';
import { failingLaws } from '../../test/failing-laws.js';
import { memoryModel, memoryPort } from '../../test/memory-port.js';
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

  it.each(Object.entries(brokenPorts))('finds that one is broken: %s', async (title, options) => {
    const failures = await failingLaws(portLaws(options));
    expect(failures).toEqual([{ title, message: expect.any(String) }]);
  });
});
