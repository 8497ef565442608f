import { describe, expect, it } from 'vitest';
import { KeyBlocks, redactLine } from '../../../../src/shared/privacy/redact-text.js';

describe('a line that leaves the machine', () => {
  it.each([
    ['GET https://ada:hunter2@host/x?token=abc&page=2 200', 'GET https://host/x?token=***&page=2 200'],
    ['Authorization: Bearer abcdefgh12345678', 'Authorization: *** ***'],
    ['using basic dXNlcjpwYXNzd29yZA==', 'using basic ***'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-nature ok', 'jwt *** ok'],
    ['key AKIAIOSFODNN7EXAMPLE used', 'key *** used'],
    ['password: hunter2, user: ada', 'password: ***, user: ada'],
    ['{"apiKey":"abc def","page":2}', '{"apiKey":***,"page":2}'],
    ['{\\"password\\":\\"hunter2\\"}', '{\\"password\\":***}'],
    ['PGPASSWORD=hunter2 psql', 'PGPASSWORD=*** psql'],
    ['Set-Cookie: sid=1; Path=/; more', 'Set-Cookie: ***'],
    ['AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQ', '***'],
  ])('%s', (line, redacted) => {
    expect(redactLine(line)).toBe(redacted);
  });

  it.each(['2026-11-23T08:00:00.000Z ERROR Sync failed: HTTP 500', 'the token ring of the 80s', 'basic idea', ''])(
    'stays as it is where it tells nothing: %s',
    (line) => {
      expect(redactLine(line)).toBe(line);
    },
  );

  it('takes no longer for a hostile one', () => {
    for (const text of ['password='.repeat(500), 'a://'.repeat(1000), '"'.repeat(4000), 'eyJ'.repeat(1300)]) {
      const startMs = performance.now();
      redactLine(text);
      // Quadratic patterns take seconds here; a second is far from both.
      expect(performance.now() - startMs).toBeLessThan(1000);
    }
  });
});

describe('a private key over many lines', () => {
  it('is one mark, and what comes after it is there again', () => {
    const blocks = new KeyBlocks();
    const lines = [
      'before',
      'x -----BEGIN RSA PRIVATE KEY-----',
      'MIIE',
      'abc',
      '-----END RSA PRIVATE KEY-----',
      'after',
    ];
    expect(lines.map((line) => blocks.line(line))).toEqual([
      'before',
      'x ***',
      undefined,
      undefined,
      undefined,
      'after',
    ]);
  });

  it('on one line is one mark', () => {
    const blocks = new KeyBlocks();
    expect(blocks.line('k=-----BEGIN PRIVATE KEY-----MIIE-----END PRIVATE KEY-----')).toBe('k=***');
    expect(blocks.line('after')).toBe('after');
  });
});
