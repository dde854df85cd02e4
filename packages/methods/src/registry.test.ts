import { readFileSync } from 'node:fs';
import type { Plugin, Quantizer } from '@lowbit/core';
import { choosePluginOf, chooseQuantizer, type Role } from '@lowbit/core/adapter';
import { describe, expect, it } from 'vitest';
import { minMax, registry, ul2q } from './index.js';

const quantizers = registry.list().filter((plugin): plugin is Quantizer => plugin.kind === 'quantizer');

/** The rows of all tables of the README, as cells. */
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** Widths as the README writes them: the first and the last of them. */
function span(widths: readonly number[]): string {
  return widths.length === 1 ? `${widths[0]}` : `${widths[0]}–${widths.at(-1)}`;
}

describe('registry', () => {
  it('holds every method by its name', () => {
    const names = (kind: Plugin['kind']) =>
      registry.list().flatMap((plugin) => (plugin.kind === kind ? [plugin.name] : []));
    expect(names('quantizer')).toEqual([
      ...['slq', 'eslq', 'mlq', 'emlq', 'hwgq', 'ul2q', 'horq'],
      ...['min-max', 'absmax', 'fixed-point', 'percentile', 'mse', 'moving-average', 'dynamic'],
      ...['binary-connect', 'bnn', 'bwn', 'xnor', 'twn', 'ternary', 'dorefa', 'inq', 'nf4'],
    ]);
    expect(names('policy')).toEqual(['progressive']);
    expect(names('schedule')).toEqual(['slq', 'mlq', 'inq', 'progressive']);
    expect(names('rounder')).toEqual(['auto', 'gptq', 'coordinate-descent', 'optimal', 'learned']);
  });

  it('resolves names with options', () => {
    expect(chooseQuantizer('ul2q', registry).options).toEqual({ lambda: 'exact' });
    expect(chooseQuantizer('ul2q:lambda=paper', registry).options).toEqual({ lambda: 'paper' });
    expect(chooseQuantizer('min-max:zeroPoint=real', registry).options).toEqual({
      levels: 'full',
      refine: 'least-squares',
      zeroPoint: 'real',
    });
    expect(chooseQuantizer(minMax({ zeroPoint: 'real' }), registry).options).toEqual({
      levels: 'full',
      refine: 'least-squares',
      zeroPoint: 'real',
    });
    expect(chooseQuantizer(ul2q({ lambda: 'code' }), undefined).options).toEqual({ lambda: 'code' });
  });

  it.each([
    'ul2q:lambda=best',
    'min-max:zeropoint=real',
    'absmax:levels=3',
    'dorefa:scale=none',
    'xnor:scope=batch',
  ])('refuses %s', (choice) => {
    expect(() => chooseQuantizer(choice, registry)).toThrowError(
      expect.objectContaining({ code: 'unsupported-option' }),
    );
  });

  it.each(registry.list())('tells what the $kind $name is', ({ summary, paper }) => {
    expect(summary).toBeTruthy();
    expect(paper).toMatch(/doi:|arXiv:/);
  });

  it.each(registry.list())(
    'finds the $kind $name, with every option of it',
    ({ kind, name, options = {} }) => {
      const settings = Object.entries(options).map(([key, option]) => `${key}=${option.default}`);
      const choice = [name, settings.join(',')].filter(Boolean).join(':');
      expect(Object.keys(choosePluginOf(kind, choice, registry).options).sort()).toEqual(
        Object.keys(options).sort(),
      );
    },
  );

  it.each(registry.list())('is listed in the README: the $kind $name', (plugin) => {
    const rows = readme.filter((row) => row.includes(`\`${plugin.name}\``));
    if (plugin.kind !== 'quantizer') {
      expect(rows.filter(([kind]) => kind === plugin.kind)).toHaveLength(1);
      return;
    }
    const widths = (role: Role) => (plugin.roles.includes(role) ? span(plugin.bits[role] ?? []) : '–');
    const [, , weight, activation] = rows.find(([name]) => name === `\`${plugin.name}\``) ?? [];
    expect([weight, activation]).toEqual([widths('weight'), widths('activation')]);
  });

  it('has a quantizer for every width of weights and of activations', () => {
    for (const bits of [1, 2, 3, 4, 5, 6, 7, 8]) {
      for (const role of ['weight', 'activation'] as const) {
        expect(quantizers.some((quantizer) => quantizer.bits[role]?.includes(bits))).toBe(true);
      }
    }
  });
});
