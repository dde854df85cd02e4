import { checkHas } from '../errors/check-kinds.js';

/** `members` without those that are undefined, for spreading into types whose optional members may be absent but not undefined. */
export function defined<Members extends object>(members: Members): Defined<Members> {
  checkHas(members, [], 'defined(members)', 'an object');
  const left: { -readonly [Name in keyof Members]?: Members[Name] } = {};
  for (const name of Object.keys(members) as (keyof Members)[])
    if (members[name] !== undefined) left[name] = members[name];
  return left as Defined<Members>;
}

type Defined<Members> = { [Name in keyof Members]?: Exclude<Members[Name], undefined> };
