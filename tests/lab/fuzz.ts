import fc from 'fast-check';

/** fast-check's own. */
export const RUNS = 100;

/** As many runs of a property, or as many times more as all others have: fuzz-setup.ts. */
export function runs(usual: number): number {
  return (usual / RUNS) * (fc.readConfigureGlobal().numRuns ?? RUNS);
}
