import type { FastifyInstance } from 'fastify';
import { systemCode } from '../store/errors.js';
import { DeskError } from './errors.js';

/** How many ports after the wanted one are tried before any free one is taken. */
const NEXT_PORTS = 20;

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly pinned: boolean;
}

/** Listens on the wanted port or, unless pinned, on the next free one. Throws `port-taken`, `address-unusable`. */
export async function listen(app: FastifyInstance, { host, port, pinned }: ListenOptions): Promise<number> {
  const ports = pinned || port === 0 ? [port] : [...portsFrom(port), 0];
  for (const candidate of ports) {
    try {
      await app.listen({ host, port: candidate });
      return app.addresses()[0]?.port ?? candidate;
    } catch (error) {
      const code = systemCode(error);
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw new DeskError('address-unusable', { cause: error });
    }
  }
  throw new DeskError('port-taken');
}

function portsFrom(port: number): number[] {
  return Array.from({ length: NEXT_PORTS }, (_, n) => port + n).filter((candidate) => candidate <= 65_535);
}
