/**
 * Quantizes a generated model of 200 MB and prints how much memory it took at most:
 * `node test/huge/two-hundred-megabytes.mjs` after `npm run build`. Fails from 1 GB on.
 */
import { performance } from 'node:perf_hooks';
import { TextEncoder } from 'node:util';
import { quantize } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import { registry } from '@lowbit/onnx/register';

const [layers, size] = [12, 2048];

/** A protobuf field with a length. */
function field(number, ...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = [...varint((number << 3) | 2), ...varint(length)];
  return [Uint8Array.from(head), ...parts];
}

function varint(value) {
  const bytes = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 128);
  }
}

const number = (at, value) => Uint8Array.from([...varint(at << 3), ...varint(value)]);
const text = (at, value) => field(at, new TextEncoder().encode(value));

function weight(index) {
  const values = new Float32Array(size * size);
  let state = index + 1;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state / 2 ** 31 - 1;
  }
  const raw = field(9, new Uint8Array(values.buffer));
  return [number(1, size), number(1, size), number(2, 1), ...text(8, `w${index}`), ...raw];
}

function value(name) {
  const dims = [1, size].flatMap((length) => field(1, number(1, length)));
  const tensor = [number(1, 1), ...field(2, ...dims)];
  return [...text(1, name), ...field(2, ...field(1, ...tensor))];
}

function model() {
  const indices = Array.from({ length: layers }, (_, index) => index);
  const nodes = indices.flatMap((i) =>
    field(1, ...text(1, `v${i}`), ...text(1, `w${i}`), ...text(2, `v${i + 1}`), ...text(4, 'MatMul')),
  );
  const weights = indices.flatMap((i) => field(5, ...weight(i)));
  const ends = [...field(11, ...value('v0')), ...field(12, ...value(`v${layers}`))];
  const graph = field(7, ...nodes, ...text(2, 'graph'), ...weights, ...ends);
  const parts = [number(1, 8), ...graph, ...field(8, number(2, 17))];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const bytes = model();
const megabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);
const before = megabytes();
for (const bits of [8, 4]) {
  const start = performance.now();
  const result = await quantize(onnx(bytes), { bits, registry });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${bits} bits: ${Math.round(bytes.length / 1e6)} MB → ${Math.round(result.model.bytes.length / 1e6)} MB in ${seconds} s; ` +
      `${result.report.weights.length} weights; peak ${megabytes()} MB (${before} MB before)`,
  );
}
if (megabytes() >= 1000) {
  console.error('more than 1 GB');
  process.exitCode = 1;
}
