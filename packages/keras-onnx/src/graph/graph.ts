import type { Shape } from '@lowbit/keras';
import type { AttributeValue, ElementType, ModelBuilder } from '@lowbit/onnx/build';
import { axesFrom, type Layout, type Value } from './value.js';

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Since when reductions other than sums take their axes as an input. */
const reductionsTakeInputs = 18;

/** Since when a node that splits evenly is told into how many parts. */
const splitsAreCounted = 18;

/** The graph that is written, with names that begin with the layer whose turn it is. */
export class Graph {
  #scope = '';
  readonly #constants = new Map<string, string>();
  readonly #padded = new Set<string>();

  /** @param taken Names that are kept for the model's outputs. */
  constructor(
    readonly builder: ModelBuilder,
    private readonly taken: ReadonlySet<string>,
  ) {}

  /** What is written from now on belongs to this layer. */
  enter(layer: string): void {
    this.#scope = layer;
  }

  /** A name near which the builder finds a free one. */
  near(word: string): string {
    const name = `${this.#scope}/${word}`;
    return this.taken.has(name) ? `${name}_` : name;
  }

  nodes(
    op: string,
    inputs: readonly string[],
    results: number,
    attributes: Attributes = {},
  ): readonly string[] {
    return this.builder.nodes(op, inputs, results, { name: this.near(op), attributes });
  }

  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodes(op, inputs, 1, attributes)[0] as string;
  }

  /** Zeros, or another value, around. @param pads Integers: in front of every axis, then behind every axis. */
  pad(value: string, pads: string, fill = ''): string {
    const padded = this.node('Pad', fill === '' ? [value, pads] : [value, pads, fill]);
    this.#padded.add(padded);
    return padded;
  }

  /**
   * The same value for an operator that pools. onnxruntime-web 1.30 joins zeros around with what pools them, where a maximum would take none
   * of them, and windows that lie in them are refused: a maximum of one keeps both apart.
   */
  pooled(value: string): string {
    return this.#padded.has(value) ? this.node('Max', [value]) : value;
  }

  /** A value in equal parts along an axis. */
  split(value: string, parts: number, axis: number): readonly string[] {
    const counted = this.builder.opset >= splitsAreCounted && { num_outputs: parts };
    return this.nodes('Split', [value], parts, { axis, ...counted });
  }

  /** A node whose inputs come two at a time: `Add` of three values. */
  chain(op: string, inputs: readonly string[]): string {
    return inputs.reduce((all, one) => this.node(op, [all, one]));
  }

  /** A constant of floats; equal ones are stored once. Without dimensions a single number. */
  floats(values: ArrayLike<number>, dims: readonly number[] = []): string {
    return this.#constant('float32', values, dims);
  }

  float(value: number): string {
    return this.floats([value]);
  }

  /** A list of integers: axes, sizes. */
  integers(values: readonly number[]): string {
    return this.#constant('int64', values, [values.length]);
  }

  integer(value: number): string {
    return this.#constant('int64', [value], []);
  }

  #constant(type: ElementType, values: ArrayLike<number>, dims: readonly number[]): string {
    const key = `${type} ${dims.join()}: ${Array.from(values).join()}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.builder.constant(this.near('constant'), type, dims, values);
    this.#constants.set(key, name);
    return name;
  }

  /** @param axes Of the value as it stands in the graph. */
  reduce(op: string, value: string, axes: readonly number[], keepdims = true): string {
    const kept = { keepdims: keepdims ? 1 : 0 };
    return op === 'ReduceSum' || this.builder.opset >= reductionsTakeInputs
      ? this.node(op, [value, this.integers(axes)], kept)
      : this.node(op, [value], { axes, ...kept });
  }

  /** @param shape As `Reshape` takes it: 0 keeps the value's own size at that place, −1 takes the rest. */
  reshape(value: string, shape: readonly number[]): string {
    return this.node('Reshape', [value, this.integers(shape)]);
  }

  transpose(value: string, axes: readonly number[]): string {
    return axes.every((axis, i) => axis === i) ? value : this.node('Transpose', [value], { perm: axes });
  }

  cast(value: string, type: 'float32' | 'int32' | 'int64' | 'bool'): string {
    return this.node('Cast', [value], { to: { float32: 1, int32: 6, int64: 7, bool: 9 }[type] });
  }

  /** From one place of an axis to another; steps of −1 turn it around. */
  slice(value: string, axis: number, from: number, to: number, step = 1): string {
    const bounds = [[from], [to], [axis], [step]].map((list) => this.integers(list));
    return this.node('Slice', [value, ...bounds]);
  }

  /** A value's name in a layout, into which it is brought once. */
  in(layout: Layout, value: Value): string {
    const rank = value.shape.length;
    const wanted = rank <= 2 ? 'last' : layout;
    const other = wanted === 'last' ? 'first' : 'last';
    return (value.names[wanted] ??= this.transpose(value.names[other] as string, axesFrom(other, rank)));
  }

  last(value: Value): string {
    return this.in('last', value);
  }

  first(value: Value): string {
    return this.in('first', value);
  }

  /** A value of floats without a mask. */
  value(name: string, shape: Shape, layout: Layout = 'last'): Value {
    const own = shape.length <= 2 ? 'last' : layout;
    return { shape, type: 'float32', masked: false, names: { [own]: name } };
  }
}
