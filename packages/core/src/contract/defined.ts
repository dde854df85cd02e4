import { checkHas } from '../errors/check-kinds.js';

/** `members` without those that are undefined, for spreading into types whose optional members may be absent but not undefined. */
export function defined<Members extends object>(members: Members): Defined<Members> {
  checkHas(members, [], 'defined(members)', 'an object');
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as Defined<Members>;
}

type Defined<Members> = { [Name in keyof Members]?: Exclude<Members[Name], undefined> };
