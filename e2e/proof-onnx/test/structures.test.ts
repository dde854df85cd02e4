import { expect, test } from 'vitest';
import { proofText, prove } from '@lowbit/e2e-real-models/proof';
import { structuresPart } from '../src/structures/part.js';

test('what exporters write is quantized, runs, and stays close to float', async () => {
  const steps: string[] = [];
  const proof = await prove('lowbit-proof-onnx', [structuresPart], (step) => steps.push(step));
  expect(proof.missed).toEqual([]);
  expect(steps).toContain('structures: attention at 4 bits');

  expect(JSON.parse(JSON.stringify(proof))).toMatchObject({
    format: 'lowbit-proof-onnx',
    sections: [{ name: 'structures', skipped: [] }],
    missed: [],
  });
  const [section] = proof.sections;
  const models = new Set(section!.rows.map(({ model }) => model));
  expect([...models]).toEqual(['float16', 'embedding', 'attention', 'nested', 'shared', 'external']);
  for (const row of section!.rows) {
    expect(row['forms'], `${row['model']} is stored in integers`).not.toMatch(/^$|float/);
  }
  expect(proofText(proof)).toContain('All 24 gates passed');
});
