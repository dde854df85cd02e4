import { readFile } from 'node:fs/promises';
import { isLowbitError } from '@lowbit/core';
import { readKeras, tfjsArtifacts, type KerasNetwork } from '@lowbit/keras';
import { expect, it } from 'vitest';
import { kerasCases } from '../../keras/test/cases.js';
import { toOnnx } from '../src/index.js';

const page = await readFile(new URL('../../../docs/keras.md', import.meta.url), 'utf8');

/** What the columns of versions in the page stand for. */
const versions = { 'Keras 3.15': 'keras3', 'tf-keras 2.21': 'keras2' } as const;
const parts = ['', '-spatial', '-sequences'] as const;

/** What is known of a class of layers. */
interface Known {
  readonly versions: Set<string>;
  /** `plain` where TensorFlow.js has the layer, `ours` where `@lowbit/tfjs` adds it. */
  readonly forms: Set<'plain' | 'ours'>;
  /** Whether a file of ONNX has it. */
  isInOnnx: boolean;
}

/** Models that are layers, and the place where an input comes in. */
const notLayers = ['Functional', 'Model', 'Sequential', 'InputLayer'];

function classesOf({ layers }: KerasNetwork): readonly string[] {
  return layers.flatMap(function own(layer): readonly string[] {
    const inside = layer.network === undefined ? [] : classesOf(layer.network);
    return [layer.className, ...inside, ...Object.values(layer.parts).flatMap(own)];
  });
}

/** What comes of a model; undefined where it is refused. */
async function unlessRefused<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isLowbitError(error)) return undefined;
    throw error;
  }
}

/** Every class that a fixture of Keras has. */
async function knownClasses(): Promise<ReadonlyMap<string, Known>> {
  const known = new Map<string, Known>();
  for (const [version, archive] of Object.entries(versions))
    for (const part of parts) {
      for (const files of (await kerasCases(`${archive}${part}`)).values()) {
        const model = await readKeras(files.get('model.keras')!);
        const artifacts = await unlessRefused(tfjsArtifacts(model));
        const topology = JSON.stringify(artifacts?.modelTopology ?? {});
        const isInOnnx = (await unlessRefused(toOnnx(model))) !== undefined;
        for (const name of classesOf(model.network).filter((each) => !notLayers.includes(each))) {
          const one: Known = known.get(name) ?? {
            versions: new Set(),
            forms: new Set(),
            isInOnnx: false,
          };
          known.set(name, one);
          one.versions.add(version);
          one.isInOnnx ||= isInOnnx;
          // Layers that do nothing when a model is used are plain too: others stand for them.
          if (artifacts !== undefined)
            one.forms.add(topology.includes(`"class_name":"Lowbit${name}"`) ? 'ours' : 'plain');
        }
        model.close();
      }
    }
  return known;
}

/** The rows of the page's table of layers, by the class that they begin with. */
function documentedRows(): readonly (readonly string[])[] {
  const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const first = rows.findIndex(([, name]) => name === 'layer');
  const end = rows.findIndex((row, i) => i > first && row.length === 1);
  return rows.slice(first + 2, end).map((row) => row.slice(1, -1));
}

it('the table of layers in docs/keras.md says what fixtures prove', async () => {
  const mark = (isTrue: boolean) => (isTrue ? 'yes' : '–');
  const expected = [...(await knownClasses())]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, known]) => [
      name,
      ...Object.keys(versions).map((version) => mark(known.versions.has(version))),
      ['plain', 'ours'].filter((form) => known.forms.has(form as 'plain')).join(', ') || '–',
      mark(known.isInOnnx),
    ]);
  expect(documentedRows()).toEqual(expected);
});
