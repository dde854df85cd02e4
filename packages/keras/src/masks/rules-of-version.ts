/** What versions of Keras do otherwise with masks. */
export interface MaskRules {
  /** Whether it is Keras 3, which works masks out with operations that stand in the graph. */
  readonly isKeras3: boolean;
  /**
   * The mask behind a layer that is called with a list of tensors: one keeps what all masks keep that there are, one keeps what any of them keeps
   * where all tensors have one, or masks end there.
   */
  readonly behindLists: 'all' | 'any' | 'none';
  /** Whether `Multiply`, `Maximum` and `Minimum` leave out what is masked. */
  readonly leavesOut: boolean;
  /** Whether MultiHeadAttention takes the masks off its inputs, for all that see them later. */
  readonly takesOff: boolean;
  /** Whether a mask that is an argument of a call stays behind it. Otherwise the one that the input carries does. */
  readonly keepsArgument: boolean;
}

/**
 * The rules of a version, as its source has them: `base_merge.py`, `multi_head_attention.py` and `layer.py`.
 *
 * @param version Such as `3.15.1` or `2.21.0`; that of the newest where only `3` is told, and that of Keras 2 where nothing is.
 */
export function maskRulesOf(version = ''): MaskRules {
  const [major = 2, minor = Infinity] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major !== 3)
    return {
      isKeras3: false,
      behindLists: 'all',
      leavesOut: false,
      takesOff: false,
      keepsArgument: true,
    };
  return {
    isKeras3: true,
    behindLists: minor < 4 ? 'none' : 'any',
    leavesOut: minor >= 4,
    takesOff: minor >= 8,
    keepsArgument: minor >= 11,
  };
}
