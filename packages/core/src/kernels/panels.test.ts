import { afterEach, expect, test, vi } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { panelColumns, type PanelType } from './panels.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const load = async () => (await import('./panels.js')).panelsOf;

async function loadWithoutWebAssembly(): ReturnType<typeof load> {
  vi.stubGlobal('WebAssembly', undefined);
  vi.resetModules();
  return load();
}

/** The product of two seeded panels, computed here in double precision. */
function expected(a: ArrayLike<number>, b: ArrayLike<number>, rows: number): number[] {
  return Array.from({ length: panelColumns ** 2 }, (_, at) => {
    const [i, j] = [Math.floor(at / panelColumns), at % panelColumns];
    let sum = 0;
    for (let row = 0; row < rows; row++)
      sum += (a[row * panelColumns + i] as number) * (b[row * panelColumns + j] as number);
    return sum;
  });
}

for (const type of ['float32', 'float64'] as const satisfies PanelType[]) {
  test.each([0, 1, 3, 128])(
    `${type} products of panels of %d rows, with WebAssembly and without`,
    async (rows) => {
      for (const make of [await load(), await loadWithoutWebAssembly()]) {
        const { panels, product } = make(type, 3, rows);
        const random = seededRandom(rows);
        for (const panel of panels) panel.set(Float32Array.from(panel, () => random() - 0.5));
        const wanted = expected(panels[0]!, panels[2]!, rows);
        const own = product(0, 2);
        // float32 sums of 128 products below 1/4: 128 rounding errors of half a unit at most.
        const most = type === 'float32' ? 128 * 32 * 2 ** -24 : 1e-13;
        const off = wanted.reduce((worst, x, i) => Math.max(worst, Math.abs(x - own[i]!)), 0);
        expect(off).toBeLessThanOrEqual(most);
      }
    },
  );
}

test('panels of another size come after those of one', async () => {
  const panelsOf = await load();
  panelsOf('float32', 1, 1).panels[0]!.fill(2);
  const { panels, product } = panelsOf('float64', 40, 100);
  for (const panel of panels) panel.fill(1);
  expect(product(39, 0).every((x) => x === 100)).toBe(true);
});
