/** What both sides are asked to do, by the name that the Python script knows it by. */
export const peerKinds = ['static-min-max', 'static-percentile', 'dynamic', 'n-bits'] as const;

export type PeerKind = (typeof peerKinds)[number];
