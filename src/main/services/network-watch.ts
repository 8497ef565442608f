import { networkInterfaces } from 'node:os';

const LOOK_MS = 3000;

/** Tells when this computer's addresses change: a cable, a Wi-Fi, a VPN. Asks only the system; nothing is sent. */
export function watchNetwork(onChange: () => void): () => void {
  let before = addresses();
  const timer = setInterval(() => {
    const now = addresses();
    if (now === before) return;
    before = now;
    onChange();
  }, LOOK_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

function addresses(): string {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join(' ');
}
