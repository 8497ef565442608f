/** Where log lines go: standard error, a file, a test's array. */
export interface DestinationStream {
  write(line: string): void;
}

/** The part of Fastify's logger that the desk's rooms use. Lines carry ids, codes and counts; never a secret or a customer's text. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}
