import type { Command, Option } from 'commander';

/** The JSON schema of a configuration with the options of a command. `npx vitest run test/config.test.ts -u` writes it. */
export function configSchema(command: Command): object {
  const names = [...new Set(command.options.map((option) => option.attributeName()))].filter(
    (name) => name !== 'config',
  );
  const properties = names.map((name) => [
    name,
    propertyOf(command.options.filter((option) => option.attributeName() === name)),
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'lowbit.config.json',
    description: 'Options of lowbit quantize and lowbit plan by their names: targetSize for --target-size.',
    type: 'object',
    additionalProperties: false,
    properties: { $schema: { type: 'string' }, ...(Object.fromEntries(properties) as object) },
  };
}

function propertyOf(options: readonly Option[]): object {
  const [first] = options;
  const { description } = first!;
  const taking = options.find(({ required }) => required);
  if (taking === undefined) return { description, type: 'boolean' };
  const value = { type: ['string', 'number'] };
  return { description, anyOf: [value, { type: 'array', items: value }] };
}
