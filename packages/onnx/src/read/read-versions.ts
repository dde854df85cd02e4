import { LowbitError } from '@lowbit/core';
import { domainName, standardDomain } from '../model/model.js';
import type { ModelProto, OperatorSetIdProto } from '../schema/proto.js';

const irRange = { lowest: 3, highest: 13 };
const opsetRange = { lowest: 1, highest: 26 };

const exportAgain = 'Export the model again with a current exporter.';
const orLower = (what: string) => `Export the model with ${what} or lower, or update lowbit.`;

/**
 * The IR version and the operator sets of a model.
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
  const domains = readDomains(proto.opsetImport, where);
  const opset = domains.get(standardDomain);
  if (opset !== undefined && opset >= opsetRange.lowest && opset <= opsetRange.highest) {
    return { ir, opset, domains };
  }
  const isNewer = opset !== undefined && opset > opsetRange.highest;
  const remedy = isNewer ? orLower(`operator set ${opsetRange.highest}`) : exportAgain;
  throw opsetError(where, opset === undefined ? 'none' : `${opset}`, remedy);
}

function readDomains(sets: readonly OperatorSetIdProto[], where: string): Map<string, number> {
  const domains = new Map<string, number>();
  for (const { domain, version } of sets) {
    const name = domainName(domain);
    const known = domains.get(name);
    if (known !== undefined && known !== Number(version)) {
      throw opsetError(where, `versions ${known} and ${version} of ${name}`, exportAgain);
    }
    domains.set(name, Number(version));
  }
  return domains;
}

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
