/** What both sides are asked to do, by the name that the Python script knows it by. `bare-dynamic` is `dynamic` with Python's defaults. */
export const peerKinds = [
  'static-min-max',
  'static-percentile',
  'dynamic',
  'bare-dynamic',
  'n-bits',
] as const;

export type PeerKind = (typeof peerKinds)[number];
