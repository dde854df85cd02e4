import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import type { Plugin, Quantizer } from '@lowbit/core';
import { arrayOps, choosePluginOf } from '@lowbit/core/adapter';
import { registry } from '@lowbit/methods';
import { tfjsOps } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it, test } from 'vitest';

const docs = fileURLToPath(new URL('../', import.meta.url));
const tested = `${docs}../e2e/third-party/`;
const read = (path: string) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
const guide = read(`${docs}authoring/README.md`);
const table = read(`${docs}which-method.md`);

/** The blocks of one language in a page. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code]) =>
    code!.trim(),
  );
}

/** Text of every script below a folder. */
function scripts(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.m?js$/.test(path))
    .map((path) => read(`${folder}${path}`));
}

describe('the guide for authors', () => {
  it('opens with the plugin that the end-to-end tests install', () => {
    const plugin = read(`${tested}plugins/lowbit-plugin-zero-point/index.js`);
    expect(blocks(guide, 'js')[0]).toBe(plugin.trim());
  });

  it('shows only code that tests run', () => {
    const known = [
      ...scripts(`${tested}plugins/`),
      ...scripts(`${tested}project/`),
      ...scripts(`${docs}authoring/`),
    ];
    const shown = blocks(guide, 'js');
    expect(shown.length).toBeGreaterThan(8);
    for (const block of shown)
      expect(
        known.some((text) => text.includes(block)),
        block,
      ).toBe(true);
  });

  it('shows every file of the plugins and of its own examples', () => {
    for (const text of [...scripts(`${tested}plugins/`), ...scripts(`${docs}authoring/`)])
      expect(guide).toContain(text.trim());
  });
});

describe('the example with a gradient of its own', async () => {
  const hardSign = new URL('../authoring/hard-sign.js', import.meta.url).href;
  const { default: make } = (await import(hardSign)) as { default: () => Quantizer };
  beforeAll(() => tf.setBackend('cpu').then(() => undefined));
  for (const { title, run } of quantizerLaws(make(), { exact: [] })) test(title, run);
  const own = { gradient: 'own' } as const;
  for (const { title, run } of forwardLaws(make(), arrayOps, (tensor) => tensor, own)) test(title, run);
  const toArray = async (tensor: tf.Tensor) => ({ shape: tensor.shape, data: await tensor.data() });
  for (const { title, run } of forwardLaws(make(), tfjsOps, toArray, own))
    test(`TensorFlow.js: ${title}`, run);
});

describe('the decision table', () => {
  /** Everything in code quotes in the columns of a page whose heading is among the given ones. */
  function quoted(page: string, headings: readonly string[]): string[] {
    let columns: readonly number[] = [];
    return page.split('\n').flatMap((line) => {
      if (!line.startsWith('|')) columns = [];
      const cells = line.split('|').map((cell) => cell.trim());
      if (columns.length === 0) columns = cells.flatMap((cell, i) => (headings.includes(cell) ? [i] : []));
      return columns.flatMap((i) => [...(cells[i] ?? '').matchAll(/`([^`]+)`/g)].map(([, text]) => text!));
    });
  }

  it('names only methods that exist, with options that they have', () => {
    const choices = quoted(table, ['take', 'weights', 'activations']).filter(
      (text) => /^[a-z][a-z0-9-]*(:[a-z]+=\S*)?$/.test(text) && !['tensor', 'save', 'load'].includes(text),
    );
    expect(new Set(choices).size).toBeGreaterThan(15);
    for (const choice of choices) expect(isKnown(choice), choice).toBe(true);
  });

  function isKnown(choice: string): boolean {
    const kinds: readonly Plugin['kind'][] = ['quantizer', 'policy', 'schedule'];
    const name = choice.replace(/:.*/, '');
    const kind = kinds.find((each) => registry.find(each, name) !== undefined);
    return kind !== undefined && choosePluginOf(kind, choice, registry).plugin.name === name;
  }
});

test.each(['authoring/README.md', 'which-method.md', 'architecture.md', 'keras.md', 'measured.md'])(
  'links of %s lead somewhere',
  (path) => {
    const here = new URL(`../${path}`, import.meta.url);
    const links = [...read(fileURLToPath(here)).matchAll(/\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)/g)];
    expect(links.length).toBeGreaterThan(1);
    for (const [, target, anchor] of links) {
      const url = new URL(target!, here);
      expect(existsSync(url), target).toBe(true);
      if (anchor !== undefined) expect(anchors(read(fileURLToPath(url))), target).toContain(anchor);
    }
  },
);

/** What headings are called in links. */
function anchors(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
