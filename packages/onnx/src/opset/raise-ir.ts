import type { ModelProto } from '../schema/proto.js';
import { initializersStandAlone } from '../target/versions.js';

/**
 * Raises the IR version of a file to at least this one. Files below IR 4 list every initializer among the graph's inputs,
 * though runtimes let nobody replace it; from IR 4 on that offers it for replacement, so they leave the inputs.
 */
export function raiseIr(proto: ModelProto, ir: number): void {
  const before = Number(proto.irVersion);
  if (before >= ir) return;
  proto.irVersion = BigInt(ir);
  const { graph } = proto;
  if (graph === undefined || before >= initializersStandAlone || ir < initializersStandAlone) return;
  const constants = new Set(graph.initializer.map(({ name }) => name));
  graph.input = graph.input.filter(({ name }) => !constants.has(name));
}
