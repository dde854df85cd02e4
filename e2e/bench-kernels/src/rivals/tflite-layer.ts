import { outputScale, type Work, type WorkValues } from '../work.js';
import { byte, flatBuffer, int, type Table } from './flat-buffer.js';

/** What LiteRT multiplies: floats, or integers of so many bits with 8-bit inputs. */
export type LiteForm = 'float32' | 'int8' | 'int4' | 'int2';

const bitsOf = { float32: 32, int8: 8, int4: 4, int2: 2 } as const;

/** Numbers of the schema of TensorFlow Lite. */
const types = { float32: 0, int32: 2, int8: 9, int4: 17, int2: 19 } as const;
const operators = { conv: 3, dequantize: 6, dense: 9, quantize: 114 } as const;
const options = { conv: 1, dense: 8 } as const;

/** A tensor of the file, without its place in the list of buffers. */
interface Lite {
  readonly name: string;
  readonly type: keyof typeof types;
  readonly shape: readonly number[];
  readonly data?: Uint8Array;
  /** One, or one for each of the outputs, which come first. */
  readonly scales?: Float32Array;
}

interface Step {
  readonly operator: keyof typeof operators;
  readonly inputs: readonly number[];
  readonly output: number;
  readonly options?: readonly [kind: number, Table];
}

/**
 * A layer as a file of TensorFlow Lite, from float32 to float32. In integers, a convolution has known ranges and is quantized before and after; a
 * product measures its inputs row by row: the fastest that there is for each.
 */
export function tfliteLayer(work: Work, values: WorkValues, form: LiteForm): Uint8Array<ArrayBuffer> {
  return work.kind === 'conv' && form !== 'float32'
    ? integerConv(work, values, form)
    : plain(work, values, form);
}

function plain(work: Work, values: WorkValues, form: LiteForm): Uint8Array<ArrayBuffer> {
  const shape = shapeOf(work);
  const [x, y] = ['x', 'y'].map((name): Lite => ({ name, type: 'float32', shape }));
  const zeros = bytesOf(new Float32Array(outputsOf(work)));
  const bias: Lite = { name: 'bias', type: 'float32', shape: [outputsOf(work)], data: zeros };
  const step = { operator: work.kind === 'conv' ? 'conv' : 'dense', options: optionsOf(work) } as const;
  return file([x!, weightsOf(work, values, form), bias, y!], [{ ...step, inputs: [0, 1, 2], output: 3 }]);
}

function integerConv(work: Work & { kind: 'conv' }, values: WorkValues, form: 'int8' | 'int4' | 'int2') {
  const shape = shapeOf(work);
  const scale = Float32Array.of(1 / 127);
  const weights = weightsOf(work, values, form);
  const scales = weights.scales!.map((one) => one / 127);
  const zeros = bytesOf(new Int32Array(work.channels));
  return file(
    [
      { name: 'x', type: 'float32', shape },
      { name: 'xq', type: 'int8', shape, scales: scale },
      weights,
      { name: 'bias', type: 'int32', shape: [work.channels], data: zeros, scales },
      { name: 'yq', type: 'int8', shape, scales: Float32Array.of(outputScale(work)) },
      { name: 'y', type: 'float32', shape },
    ],
    [
      { operator: 'quantize', inputs: [0], output: 1 },
      { operator: 'conv', inputs: [1, 2, 3], output: 4, options: optionsOf(work) },
      { operator: 'dequantize', inputs: [4], output: 5 },
    ],
  );
}

/** Padding `same` is 0, and so is no activation. */
function optionsOf({ kind }: Work): readonly [number, Table] {
  return kind === 'conv'
    ? [options.conv, { fields: [byte(0), int(1), int(1)] }]
    : [options.dense, { fields: [] }];
}

/** The first tensor is the input, the last one the output; the first buffer is the one of tensors without data. */
function file(tensors: readonly Lite[], steps: readonly Step[]): Uint8Array<ArrayBuffer> {
  const data = tensors.flatMap((one) => (one.data ? [one.data] : []));
  const operatorCodes = steps.map(({ operator }): Table => {
    const code = operators[operator];
    // Operators above 127 stand in the newer field alone; the version of all that is used here is below 12.
    return { fields: [byte(Math.min(code, 127)), undefined, int(versionOf(operator, tensors)), int(code)] };
  });
  const graph: Table = {
    fields: [
      tensors.map((one) => tensorTable(one, one.data ? 1 + data.indexOf(one.data) : 0)),
      Int32Array.of(0),
      Int32Array.of(tensors.length - 1),
      steps.map(({ inputs, output, options: own }, index) => ({
        fields: [
          int(index),
          Int32Array.from(inputs),
          Int32Array.of(output),
          ...(own ? [byte(own[0]), own[1]] : []),
        ],
      })),
      'layer',
    ],
  };
  const buffers: Table[] = [{ fields: [] }, ...data.map((bytes) => ({ fields: [bytes] }))];
  return flatBuffer({ fields: [int(3), operatorCodes, [graph], 'a layer', buffers] }, 'TFL3');
}

function versionOf(operator: Step['operator'], tensors: readonly Lite[]): number {
  const isNarrow = tensors.some(({ type }) => type === 'int4' || type === 'int2');
  if (operator === 'conv') return isNarrow ? 7 : 3;
  if (operator === 'dense') return isNarrow ? 10 : 9;
  return 2;
}

function tensorTable({ name, type, shape, scales }: Lite, buffer: number): Table {
  const zeroPoints = scales && new BigInt64Array(scales.length);
  const grid = scales && { fields: [undefined, undefined, scales, zeroPoints, undefined, undefined, int(0)] };
  return { fields: [Int32Array.from(shape), byte(types[type]), int(buffer), name, grid] };
}

function weightsOf(work: Work, { weights }: WorkValues, form: LiteForm): Lite {
  const outputs = outputsOf(work);
  const inputs = weights.length / outputs;
  const shape = work.kind === 'conv' ? [outputs, 3, 3, work.channels] : [outputs, inputs];
  const first = new Float32Array(weights.length);
  for (let input = 0, from = 0; input < inputs; input++)
    for (let output = 0; output < outputs; output++) first[output * inputs + input] = weights[from++]!;
  if (form === 'float32') return { name: 'w', type: form, shape, data: bytesOf(first) };
  const highest = 2 ** (bitsOf[form] - 1) - 1;
  const scales = new Float32Array(outputs).fill(1 / highest);
  return { name: 'w', type: form, shape, data: packed(first, bitsOf[form], highest), scales };
}

/** Integers from −highest to highest, the first ones in the low bits of a byte. */
function packed(values: Float32Array, bits: number, highest: number): Uint8Array {
  const each = 8 / bits;
  const bytes = new Uint8Array(Math.ceil(values.length / each));
  const mask = 2 ** bits - 1;
  values.forEach((value, at) => {
    bytes[Math.floor(at / each)]! |= (Math.round(value * highest) & mask) << ((at % each) * bits);
  });
  return bytes;
}

function shapeOf(work: Work): number[] {
  return work.kind === 'conv' ? [1, work.size, work.size, work.channels] : [work.rows, work.size];
}

const outputsOf = (work: Work) => (work.kind === 'conv' ? work.channels : work.size);

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);
