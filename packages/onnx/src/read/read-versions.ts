import { LowbitError } from '@lowbit/core';
import { impliedOpset } from '../target/runtime.js';
import { domainName, standardDomain } from '../model/model.js';
import type { ModelProto, OperatorSetIdProto } from '../schema/proto.js';

const irRange = { lowest: 3, highest: 13 };
const opsetRange = { lowest: 1, highest: 26 };

const exportAgain = 'Export the model again with a current exporter.';
const orLower = (what: string) => `Export the model with ${what} or lower, or update lowbit.`;

/**
 * The IR version and the operator sets of a model, as onnxruntime reads them: where a domain is imported twice the last version counts,
 * and one that imports other domains alone has the standard operators that the runtime knows (measured with 1.32).
 *
 * @throws LowbitError `model-version`, `model-opset`.
 */
export function readVersions(proto: ModelProto, where: string) {
  const ir = Number(proto.irVersion);
  if (ir < irRange.lowest || ir > irRange.highest) {
    const received = ir === 0 ? 'none' : `${ir}`;
    const expected = `an IR version of ${irRange.lowest} to ${irRange.highest}`;
    const remedy = ir > irRange.highest ? orLower(`IR version ${irRange.highest}`) : exportAgain;
    throw new LowbitError({ code: 'model-version', where, expected, received, remedy });
  }
  const domains = readDomains(proto.opsetImport);
  const opset = domains.get(standardDomain) ?? (domains.size === 0 ? undefined : impliedOpset());
  if (opset !== undefined && opset >= opsetRange.lowest && opset <= opsetRange.highest) {
    return { ir, opset, domains };
  }
  const isNewer = opset !== undefined && opset > opsetRange.highest;
  const remedy = isNewer ? orLower(`operator set ${opsetRange.highest}`) : exportAgain;
  throw opsetError(where, opset === undefined ? 'none' : `${opset}`, remedy);
}

const readDomains = (sets: readonly OperatorSetIdProto[]): Map<string, number> =>
  new Map(sets.map(({ domain, version }) => [domainName(domain), Number(version)]));

function opsetError(where: string, received: string, remedy: string): LowbitError {
  const { lowest, highest } = opsetRange;
  return new LowbitError({
    code: 'model-opset',
    where,
    expected: `an import of the operator set ${standardDomain}, version ${lowest} to ${highest}`,
    received,
    remedy,
  });
}
