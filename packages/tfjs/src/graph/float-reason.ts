/** Operators that hand their inputs to a function of the graph. */
const callers = /^(Stateless)?(While|If)$|PartitionedCall$/;

/** Why a float weight that an operator reads stays as it is. */
export function graphFloatReason(op: string, rank: number): string {
  if (callers.test(op))
    return 'control flow hands it to a function, where its axes are not followed: it stays as it is';
  if (rank < 2) return 'a bias or another vector is small: it stays as it is';
  return `the axes of what ${op} reads are not known: it stays as it is`;
}

/** Why a float weight that no node reads stays as it is. */
export const unreadReason = 'no node of the graph reads it: it stays as it is';
