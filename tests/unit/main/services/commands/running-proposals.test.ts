import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { FluxionError } from '../../../../../src/shared/errors.js';
import { verifyReceipt } from '../../../../../src/shared/crypto/receipt.js';
import { ClockDouble } from '../clock-double.js';
import { aCancel } from './post-double.js';
import {
  clock,
  dir,
  echo,
  endWaiting,
  HOUR_MS,
  kinds,
  open,
  post,
  proposals,
  propose,
  secondRuns,
  sender,
  settled,
  view,
  waiting,
} from './proposals-lab.js';
import { codeOf } from './running.js';

describe('a running command', () => {
  it('is stopped by the customer', async () => {
    const id = await propose({ command: 'wait' });
    await proposals.decide(id, 'approve', ['Waits.']);
    await vi.waitFor(() => {
      expect(waiting).toBeDefined();
    });
    await proposals.stop(id);
    await settled(id);
    expect(post.ofKind('command-result')).toMatchObject([{ status: 'cancelled', error: { code: 'cancelled' } }]);
    expect(kinds()).toContain('command-cancelled');
    expect(codeOf(await proposals.stop(id).catch((error: unknown) => error))).toBe('not-running');
  });

  it('is stopped by the technician who proposed it', async () => {
    const id = await propose({ command: 'wait' });
    await proposals.decide(id, 'approve', ['Waits.']);
    await post.receive(aCancel(sender, id));
    await settled(id);
    expect(post.ofKind('command-result')).toMatchObject([{ status: 'cancelled' }]);
  });

  it('that ends while its output cannot be sent has failed, and the next run tells', async () => {
    const id = await propose({ command: 'wait' });
    await proposals.decide(id, 'approve', ['Waits.']);
    await vi.waitFor(() => {
      expect(endWaiting).toBeDefined();
    });
    post.failure = new FluxionError('disk-full', 'The disk is full.');
    endWaiting?.();
    await vi.waitFor(() => {
      expect(view(id)?.state).not.toBe('running');
    });
    post.failure = undefined;
    await proposals.close();
    await open();
    await settled(id);
    expect(post.ofKind('command-result')).toMatchObject([{ status: 'failed' }]);
  });
});

describe('over a restart of the host', () => {
  it('what waits still waits, and can be decided', async () => {
    const id = await propose();
    await proposals.close();
    await open();
    expect(view(id)?.state).toBe('pending');
    await proposals.decide(id, 'approve', ['Says hello.']);
    await settled(id);
  });

  it('what nobody was there to decide in time expires', async () => {
    const id = await propose();
    await proposals.close();
    await open({ later: new ClockDouble(clock.wallMs() + 2 * HOUR_MS) });
    expect(view(id)?.state).toBe('expired');
    expect(post.ofKind('command-decision')).toMatchObject([{ decision: 'expired' }]);
  });

  it('a command that announced it goes on, and its output is one', async () => {
    const id = await propose({ command: 'again' });
    await proposals.decide(id, 'approve', ['Goes on.']);
    await vi.waitFor(() => {
      expect(post.ofKind('command-output')).toHaveLength(1);
    });
    await proposals.close();
    await open();
    await settled(id);
    expect(secondRuns).toEqual(['note']);
    // The last piece of the first run is sent again: it may not have got out. It has the same place.
    expect(post.ofKind('command-output').map(({ sequence, text }) => `${sequence} ${text.trim()}`)).toEqual([
      '0 before',
      '0 before',
      '1 after',
    ]);
    const [result] = post.ofKind('command-result');
    expect(result).toMatchObject({ status: 'done', summary: 'both', chunks: 2 });
    const statement = await verifyReceipt(result?.receipt, post.self.signingKey);
    expect(statement.outputSha256).toBe(createHash('sha256').update('before\nafter\n').digest('hex'));
  });

  it('a command that did not is interrupted, by closing and by a crash', async () => {
    const closed = await propose({ command: 'wait' });
    await proposals.decide(closed, 'approve', ['Waits.']);
    await proposals.close();
    expect(post.ofKind('command-result')).toMatchObject([{ status: 'failed', error: { code: 'interrupted' } }]);

    await open();
    const crashed = await propose({ command: 'wait' });
    await proposals.decide(crashed, 'approve', ['Waits.']);
    await vi.waitFor(() => {
      expect(post.ofKind('command-output').some(({ proposal }) => proposal === crashed)).toBe(true);
    }, 5000);
    // No close: the process is gone. The first one is left alone; whatever it would still do belongs to nobody.
    await open();
    await settled(crashed);
    expect(post.ofKind('command-result').at(-1)).toMatchObject({
      proposal: crashed,
      status: 'failed',
      error: { code: 'interrupted' },
      chunks: 1,
    });
  });

  it('a command that the app does not have any more cannot be approved', async () => {
    await proposals.close();
    await open({ more: [{ ...echo, name: 'gone' }] });
    const id = await propose({ command: 'gone' });
    await proposals.close();
    await open();
    const error: unknown = await proposals.decide(id, 'approve', ['Says hello.']).catch((caught: unknown) => caught);
    expect(codeOf(error)).toBe('command-unknown');
    await proposals.decide(id, 'deny', []);
  });

  it('a file that cannot be read costs itself', async () => {
    const id = await propose();
    await proposals.close();
    await writeFile(join(dir, 'commands', '11111111-1111-4111-8111-111111111111.json'), '{"version":1');
    await open();
    expect(proposals.list().map((one) => one.id)).toEqual([id]);
  });

  it('only so much of the past is kept', async () => {
    for (let count = 0; count < 230; count += 1) {
      const id = await propose();
      if (view(id) !== undefined) await proposals.decide(id, 'deny', []);
      clock.pass(HOUR_MS / 20);
    }
    const kept = (await readdir(join(dir, 'commands'))).filter((name) => name.endsWith('.json'));
    expect(kept).toHaveLength(200);
    expect(proposals.list().length).toBeLessThanOrEqual(50);
  }, 20_000);
});
