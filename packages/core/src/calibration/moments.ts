import { checkArgument, optionTypes } from '../errors/check-argument.js';
import { LowbitError } from '../errors/error.js';
import { wordValue } from '../errors/word-value.js';
import { panelColumns, panelsOf } from '../kernels/panels.js';

/**
 * Sums over the inputs of a weight: over all rows x that an output channel was multiplied with while the network ran. Those of parts
 * of the data add up to those of the whole.
 */
export interface InputMoments {
  /** Inputs of one output channel, K. */
  readonly inputs: number;
  /** Number of rows. */
  readonly count: number;
  /** Σ xᵢ, one an input. */
  readonly sums: Float32Array;
  /** Σ xᵢ xⱼ: the upper triangle, row by row, K (K + 1) / 2 values. */
  readonly products: Float32Array;
}

/** Gathers moments of rows as they come. */
export interface MomentsCollector {
  /** Takes rows of K values, one behind the other. */
  add(rows: Float32Array): void;
  moments(): InputMoments;
}

/** Rows that are summed in single precision before the sums are added up in double. */
const blockRows = 256;

/** Most inputs for which plain sums are faster than panels, which are wider. */
const mostPlainInputs = 32;

/** Of which plain sums are made together, so that none waits for the one before. */
const inputsAtOnce = 4;

/** Takes K (K + 64) · 4 bytes. @param inputs K. */
export function momentsCollector(inputs: number): MomentsCollector {
  const { fits, expected } = optionTypes.count;
  checkArgument(fits(inputs), inputs, { where: 'momentsCollector(inputs)', expected });
  const { add, moments } = inputs <= mostPlainInputs ? plainCollector(inputs) : panelCollector(inputs);
  return {
    add(rows) {
      if (!(rows instanceof Float32Array) || rows.length % inputs > 0) throw noRows(rows, inputs);
      add(rows);
    },
    moments,
  };
}

/** Made where it is thrown, as rows can come one by one. */
const noRows = (received: unknown, inputs: number): LowbitError =>
  new LowbitError({
    code: 'invalid-argument',
    where: 'add(rows)',
    expected: `rows of ${inputs} values in a Float32Array`,
    received: wordValue(received),
  });

function plainCollector(inputs: number): MomentsCollector {
  // The values of an input stand together; behind the last one are zeros, which add nothing to products of the next.
  const block = new Float32Array((inputs + inputsAtOnce - 1) * blockRows);
  const products = new Float64Array((inputs * (inputs + 1)) / 2 + inputsAtOnce - 1);
  const sums = new Float64Array(inputs);
  let filled = 0;
  let count = 0;
  // The products of an input with itself or a later one, and with the three behind that.
  const addFour = (to: number, one: number, other: number) => {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let row = 0; row < filled; row++) {
      const x = block[one + row] as number;
      const at = other + row;
      a += x * (block[at] as number);
      b += x * (block[at + blockRows] as number);
      c += x * (block[at + 2 * blockRows] as number);
      d += x * (block[at + 3 * blockRows] as number);
    }
    products[to]! += a;
    products[to + 1]! += b;
    products[to + 2]! += c;
    products[to + 3]! += d;
  };
  const flush = () => {
    for (let i = 0, first = 0; i < inputs; first += inputs - i++) {
      const from = i * blockRows;
      for (let at = from; at < from + filled; at++) sums[i]! += block[at] as number;
      for (let j = i; j < inputs; j += inputsAtOnce) addFour(first + j - i, from, j * blockRows);
    }
    count += filled;
    filled = 0;
  };
  return {
    add(rows) {
      for (let from = 0; from < rows.length; from += inputs) {
        for (let i = 0; i < inputs; i++) block[i * blockRows + filled] = rows[from + i] as number;
        if (++filled === blockRows) flush();
      }
    },
    moments() {
      flush();
      const triangle = products.subarray(0, (inputs * (inputs + 1)) / 2);
      return { inputs, count, sums: Float32Array.from(sums), products: Float32Array.from(triangle) };
    },
  };
}

function panelCollector(inputs: number): MomentsCollector {
  const panels = Math.ceil(inputs / panelColumns);
  const block = new Float32Array(panels * panelColumns * blockRows);
  const products = new Float64Array(((panels * (panels + 1)) / 2) * panelColumns ** 2);
  const sums = new Float64Array(inputs);
  let filled = 0;
  let count = 0;
  const flush = () => {
    addProducts(products, block, panels, filled);
    addSums(sums, block, filled);
    count += filled;
    filled = 0;
  };
  return {
    add(rows) {
      for (let from = 0; from < rows.length; from += inputs) {
        for (let at = 0; at < inputs; at += panelColumns) {
          const [first, to] = [from + at, at * blockRows + filled * panelColumns];
          const width = Math.min(panelColumns, inputs - at);
          for (let i = 0; i < width; i++) block[to + i] = rows[first + i] as number;
        }
        if (++filled === blockRows) flush();
      }
    },
    moments() {
      flush();
      return { inputs, count, sums: Float32Array.from(sums), products: upperTriangle(products, inputs) };
    },
  };
}

/** Adds the products of all pairs of panels of a block, of which some rows are filled, to the sums of earlier ones. */
function addProducts(sums: Float64Array, block: Float32Array, count: number, rows: number): void {
  const { panels, product } = panelsOf('float32', count, rows);
  for (const [i, panel] of panels.entries()) {
    const from = i * panelColumns * blockRows;
    panel.set(block.subarray(from, from + rows * panelColumns));
  }
  let at = 0;
  for (let i = 0; i < count; i++)
    for (let j = i; j < count; j++) {
      const own = product(i, j);
      for (let k = 0; k < own.length; k++) sums[at++]! += own[k] as number;
    }
}

function addSums(sums: Float64Array, block: Float32Array, rows: number): void {
  for (let input = 0; input < sums.length; input++) {
    const column = input % panelColumns;
    const from = (input - column) * blockRows + column;
    for (let row = 0; row < rows; row++) sums[input]! += block[from + row * panelColumns] as number;
  }
}

/** The upper triangle of a matrix of `size` rows that is held as products of pairs of panels. */
function upperTriangle(products: Float64Array, size: number): Float32Array {
  const triangle = new Float32Array((size * (size + 1)) / 2);
  const panels = Math.ceil(size / panelColumns);
  let to = 0;
  for (let row = 0; row < size; row++) {
    const i = Math.floor(row / panelColumns);
    // Pairs (0, 0), (0, 1) … (1, 1), (1, 2) …: where (i, 0) would stand, if it did.
    const pairs = i * panels - (i * (i + 1)) / 2;
    const inPair = (row % panelColumns) * panelColumns;
    for (let column = row; column < size; column++) {
      const pair = pairs + Math.floor(column / panelColumns);
      triangle[to++] = products[pair * panelColumns ** 2 + inPair + (column % panelColumns)] as number;
    }
  }
  return triangle;
}

/** The mean of x xᵀ as a whole matrix, row-major; zeros where no row was seen. */
export function gramMatrix({ inputs, count, products }: InputMoments): Float32Array {
  const gram = new Float32Array(inputs * inputs);
  let from = 0;
  for (let i = 0; i < inputs; i++)
    for (let j = i; j < inputs; j++) {
      const mean = (products[from++] as number) / Math.max(1, count);
      gram[i * inputs + j] = mean;
      gram[j * inputs + i] = mean;
    }
  return gram;
}

/**
 * The mean of (x − a) (x − a)ᵀ as a whole matrix, row-major: what is left of errors where their mean on inputs of mean a is taken off.
 *
 * @param about a, one value an input.
 */
export function gramAbout(moments: InputMoments, about: Float32Array): Float32Array {
  const gram = gramMatrix(moments);
  const mean = inputMean(moments);
  const { inputs } = moments;
  for (let i = 0, at = 0; i < inputs; i++)
    for (let j = 0; j < inputs; j++, at++) {
      const [a, b] = [about[i] as number, about[j] as number];
      gram[at]! += a * b - (mean[i] as number) * b - a * (mean[j] as number);
    }
  return gram;
}

/** The mean of x, one value an input; zeros where no row was seen. */
export const inputMean = ({ sums, count }: InputMoments): Float32Array =>
  sums.map((sum) => sum / Math.max(1, count));
