// Measured numbers beside their limits.

/**
 * What each measure says: `{ name, today, limit, goal, verdict, reason?, places }`.
 * A limit `most` may not be passed, a limit `least` not be fallen under. `verdict` is `kept`, `missed`, `better` (the limit
 * can follow the number) or `unlimited` (no limit stands in the file).
 */
export function judge(measures, limits) {
  return measures.map(({ name, today, places }) => {
    const stands = limits[name];
    if (stands === undefined) return { name, today, places, verdict: 'unlimited' };
    const limit = stands.most ?? stands.least;
    const excess = stands.most === undefined ? limit - today : today - limit;
    const verdict = excess > 0 ? 'missed' : excess < 0 ? 'better' : 'kept';
    return { name, today, limit, ...pick(stands), verdict, places };
  });
}

function pick({ goal, reason }) {
  return { ...(goal !== undefined && { goal }), ...(reason && { reason }) };
}

/** Names in the file of limits that nothing measures any more. */
export function forgotten(measures, limits) {
  return Object.keys(limits).filter((name) => !measures.some((one) => one.name === name));
}
