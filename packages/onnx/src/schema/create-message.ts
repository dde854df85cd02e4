import type { Message } from '@bufbuild/protobuf';
import { enumerationOf, type Field, type MessageType, messageType } from './messages.js';

/** A message by local field names. */
export type Fields = Record<string, unknown> & Message;

/** What all new messages of a type have. */
interface Blueprint {
  /** Holds the defaults of what is not set: a field is set where a message has it itself. */
  readonly prototype: object;
  readonly lists: readonly string[];
  readonly oneofs: readonly string[];
}

const blueprints = new Map<MessageType, Blueprint>();

function blueprintOf(type: MessageType): Blueprint {
  const known = blueprints.get(type) ?? makeBlueprint(type);
  blueprints.set(type, known);
  return known;
}

function makeBlueprint({ fields }: MessageType): Blueprint {
  const single = fields.filter(({ list, oneof }) => list === undefined && oneof === undefined);
  return {
    prototype: Object.fromEntries(single.flatMap(defaultOf)),
    lists: fields.flatMap(({ name, list }) => (list === undefined ? [] : [name])),
    oneofs: [...new Set(fields.flatMap(({ oneof }) => oneof ?? []))],
  };
}

const zeros: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['string', ''],
  ['bytes', new Uint8Array()],
  ['int64', 0n],
  ['uint64', 0n],
  ['int32', 0],
  ['float', 0],
  ['double', 0],
]);

/** What reads as the value of a field that is not set; nothing for messages. */
function defaultOf(field: Field): [string, unknown][] {
  const zero = enumerationOf(field) === undefined ? zeros.get(field.type) : 0;
  return zero === undefined ? [] : [[field.name, zero]];
}

/** An empty message. */
export function blankMessage(type: MessageType): Fields {
  const { prototype, lists, oneofs } = blueprintOf(type);
  const message = Object.create(prototype) as Fields & { $typeName: string };
  message.$typeName = type.typeName;
  for (let index = 0; index < lists.length; index++) message[lists[index] as string] = [];
  for (let index = 0; index < oneofs.length; index++) message[oneofs[index] as string] = { case: undefined };
  return message;
}

/** A message of the type of this name with some fields set. */
export const createMessage = <T extends Message>(name: string, init: Partial<T>): T =>
  Object.assign<Message, Partial<T>>(blankMessage(messageType(name)), init) as T;
