// Writes src/schema/descriptor.json: what the generated module of onnx.proto knows of its messages, as plain data.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { file_onnx } from 'onnx-buf';

const target = fileURLToPath(new URL('../src/schema/descriptor.json', import.meta.url));

/** The text of src/schema/descriptor.json. */
export function descriptor() {
  const { name, package: scope, messageType, enumType } = file_onnx.proto;
  const file = {
    name,
    package: scope,
    messageType: messageType.map(message),
    enumType: enumType.map(enumeration),
  };
  return `${JSON.stringify(file)}\n`;
}

const message = ({ name, field, nestedType, enumType, oneofDecl }) => ({
  name,
  field: field.map(fieldOf),
  ...some('nestedType', nestedType.map(message)),
  ...some('enumType', enumType.map(enumeration)),
  ...some(
    'oneofDecl',
    oneofDecl.map(({ name }) => ({ name })),
  ),
});

const fieldOf = (field) => ({
  name: field.name,
  number: field.number,
  label: field.label,
  type: field.type,
  ...(field.typeName === '' ? {} : { typeName: field.typeName }),
  ...(Object.hasOwn(field, 'oneofIndex') ? { oneofIndex: field.oneofIndex } : {}),
  ...(field.options === undefined ? {} : { options: { packed: field.options.packed } }),
});

const enumeration = ({ name, value }) => ({
  name,
  value: value.map(({ name, number }) => ({ name, number })),
});

const some = (name, list) => (list.length === 0 ? {} : { [name]: list });

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, descriptor());
