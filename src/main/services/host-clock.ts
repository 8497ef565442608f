/** The host process's two clocks. Injected, so that a test can let hours pass or step the wall clock. */
export interface HostClock {
  /** Monotonic, since this run of the host began. */
  monoMs(): number;
  /** Unix ms. */
  wallMs(): number;
}

export function systemClock(): HostClock {
  const startMs = performance.now();
  return { monoMs: () => performance.now() - startMs, wallMs: () => Date.now() };
}
