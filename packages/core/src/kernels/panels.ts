import { checkArgument } from '../errors/check-argument.js';
import { instantiate } from './instantiate.js';
import { binary } from './panels-binary.js';

/** Columns of a panel: a matrix of any number of rows, row-major. Gram matrices and factors of matrices are made of products of panels. */
export const panelColumns = 64;

type Numbers<K extends PanelType> = K extends 'float32' ? Float32Array : Float64Array;

/** What the numbers of panels are, and what is computed with. */
export type PanelType = 'float32' | 'float64';

/** Panels of one size, to be filled, and products of two of them. */
export interface Panels<K extends PanelType> {
  /** Row-major; filled with anything at first. */
  readonly panels: readonly Numbers<K>[];
  /** AᵀB of the panels with these numbers: 64 × 64, row-major; the next product is written over it. */
  product(a: number, b: number): Numbers<K>;
}

/**
 * Room for panels, four values at a time where the host has WebAssembly. They are shared by all who ask: use them before anything
 * else can run, without awaiting.
 */
export function panelsOf<K extends PanelType>(type: K, count: number, rows: number): Panels<K> {
  const isType = type === 'float32' || type === 'float64';
  const where = 'panelsOf(type, count, rows)';
  checkArgument(isType, type, { where, expected: "'float32' or 'float64'" });
  const fits = Number.isSafeInteger(count) && Number.isSafeInteger(rows) && count >= 0 && rows >= 0;
  checkArgument(fits, fits ? count : rows, { where, expected: 'how many panels and rows, whole numbers' });
  loaded ??= (instantiate(binary) as Exports | undefined) ?? null;
  const made = loaded === null ? plainPanels(type, count, rows) : vectorPanels(loaded, type, count, rows);
  return made as Panels<K>;
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  productFloat32(a: number, b: number, product: number, rows: number): void;
  productFloat64(a: number, b: number, product: number, rows: number): void;
}

let loaded: Exports | null | undefined;

const pageBytes = 65536;
const arrays = { float32: Float32Array, float64: Float64Array };

function vectorPanels(
  { memory, productFloat32, productFloat64 }: Exports,
  type: PanelType,
  count: number,
  rows: number,
): Panels<PanelType> {
  const Numbers = arrays[type];
  const size = rows * panelColumns;
  const bytes = size * Numbers.BYTES_PER_ELEMENT;
  // The product lies in front of the panels.
  const start = panelColumns * panelColumns * Numbers.BYTES_PER_ELEMENT;
  const missing = Math.ceil((start + count * bytes - memory.buffer.byteLength) / pageBytes);
  if (missing > 0) memory.grow(missing);
  const multiply = type === 'float32' ? productFloat32 : productFloat64;
  const product = new Numbers(memory.buffer, 0, panelColumns * panelColumns);
  return {
    panels: Array.from({ length: count }, (_, i) => new Numbers(memory.buffer, start + i * bytes, size)),
    product(a, b) {
      multiply(start + a * bytes, start + b * bytes, 0, rows);
      return product;
    },
  };
}

/** The same in plain JavaScript. */
function plainPanels(type: PanelType, count: number, rows: number): Panels<PanelType> {
  const Numbers = arrays[type];
  const panels = Array.from({ length: count }, () => new Numbers(rows * panelColumns));
  const product = new Numbers(panelColumns * panelColumns);
  return {
    panels,
    product(a, b) {
      const [left, right] = [panels[a] as Float64Array, panels[b] as Float64Array];
      product.fill(0);
      for (let row = 0; row < rows * panelColumns; row += panelColumns)
        for (let i = 0; i < panelColumns; i++) addScaled(product, i, left[row + i] as number, right, row);
      return product;
    },
  };
}

/** Adds a multiple of a row of a panel to row `i` of a product. */
function addScaled(
  product: Float32Array | Float64Array,
  i: number,
  factor: number,
  panel: Float32Array | Float64Array,
  row: number,
): void {
  const to = i * panelColumns;
  for (let j = 0; j < panelColumns; j++) product[to + j]! += factor * (panel[row + j] as number);
}
