import { afterEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { FluxionError } from '../../../src/shared/errors.js';
import { VISIBLE_MS } from '../../../src/recorder/panel/visibility-guard.js';
import type { HostDouble } from './host-double.js';
import { open, remove, seriousProblems } from './mounted.js';
import { anAuditEntry, aProposal, aRun } from './proposals.js';

afterEach(remove);

const untilVisible = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, VISIBLE_MS + 300));

describe('a request of support', () => {
  test('says who asks, why, exactly what it does, what it would find, and until when', async () => {
    await open('approvals', (host) => {
      host.proposals = [aProposal()];
      host.handlers.lookAtProposal = () => ({ lines: ['Map tiles: 2.0 KB in one file would be deleted.'] });
    });
    await expect.element(page.getByText('Ines Hart of Fluxion Support asks')).toBeVisible();
    await expect.element(page.getByText('Verified', { exact: false }).first()).toBeVisible();
    await expect.element(page.getByText(/The server answered 500/)).toBeVisible();
    await expect.element(page.getByText(/^Deletes everything in these caches/)).toBeVisible();
    await expect.element(page.getByText('Map tiles: 2.0 KB in one file would be deleted.')).toBeVisible();
    await expect.element(page.getByText(/it is denied by itself at/)).toBeVisible();
    await expect.element(page.getByText(/About your report K7QF2-9DM4X-7/)).toBeVisible();
  });

  test('is approved by a press that a person made, on words that they could see, and for exactly these words', async () => {
    const proposal = aProposal();
    const { host } = await open('approvals', (double) => {
      double.proposals = [proposal];
      double.handlers.decideProposal = () => {
        double.proposals = [{ ...proposal, state: 'running', startedMs: Date.now() }];
        return {};
      };
    });
    await untilVisible();
    await page.getByRole('button', { name: 'Approve' }).click();
    await expect.element(page.getByRole('button', { name: 'Stop it' })).toBeVisible();
    expect(host.called('decideProposal')).toEqual([
      { proposal: proposal.id, decision: 'approve', effect: [...proposal.effect] },
    ]);
  });

  test('is not approved by a press that the page made, or at once', async () => {
    const { host } = await open('approvals', (double) => {
      double.proposals = [aProposal()];
    });
    await page.getByRole('button', { name: 'Approve' }).click();
    await untilVisible();
    (page.getByRole('button', { name: 'Approve' }).element() as HTMLElement).click();
    await untilVisible();
    expect(host.called('decideProposal')).toEqual([]);
  });

  test('says why a press did nothing without moving what is pressed, also in a small frame', async () => {
    const { host } = await open('approvals', (double) => {
      double.proposals = [aProposal()];
      double.handlers.lookAtProposal = () => ({ lines: ['One file would be deleted.'] });
    });
    await page.viewport(420, 560);
    const button = page.getByRole('button', { name: 'Approve' });
    await expect.element(page.getByText('One file would be deleted.')).toBeVisible();
    const decision = document.querySelector('[data-guarded]');
    decision?.scrollIntoView({ block: 'end' });
    const place = (): string => JSON.stringify(button.element().getBoundingClientRect());
    const before = place();
    const height = decision?.getBoundingClientRect().height;
    await button.click();
    await expect.element(page.getByText(/^That was too quick|^Not all of this can be seen/)).toBeVisible();
    expect(place()).toBe(before);
    expect(decision?.getBoundingClientRect().height).toBe(height);
    expect(host.called('decideProposal')).toEqual([]);
    await untilVisible();
    await button.click();
    await vi.waitFor(() => {
      expect(host.called('decideProposal')).toHaveLength(1);
    });
  });

  test('is denied at once, and Escape neither approves nor denies', async () => {
    const proposal = aProposal();
    const { host, leave } = await open('approvals', (double) => {
      double.proposals = [proposal];
    });
    await userEvent.keyboard('{Escape}');
    await vi.waitFor(() => {
      expect(leave).toHaveBeenCalledOnce();
    });
    expect(host.called('decideProposal')).toEqual([]);
    await page.getByRole('button', { name: 'Deny' }).click();
    await vi.waitFor(() => {
      expect(host.called('decideProposal')).toEqual([
        { proposal: proposal.id, decision: 'deny', effect: [...proposal.effect] },
      ]);
    });
  });

  test('that has changed says so, and is shown as it is now', async () => {
    const proposal = aProposal();
    await open('approvals', (double) => {
      double.proposals = [proposal];
      double.handlers.decideProposal = () => {
        double.proposals = [{ ...proposal, effect: ['Deletes all files.'] }];
        throw new FluxionError('proposal-changed', 'The app would now do something else than what was shown here.');
      };
    });
    await untilVisible();
    await page.getByRole('button', { name: 'Approve' }).click();
    await expect.element(page.getByText('Deletes all files.')).toBeVisible();
    await expect.element(page.getByText(/would now do something else/)).toBeVisible();
  });

  test('that arrives while the panel is open is told in every view, and leads there', async () => {
    const { host } = await open('recording');
    host.tell('proposals', { proposals: [aProposal()] });
    await expect.element(page.getByText('Support asks for your approval.')).toBeVisible();
    await expect.element(page.getByRole('link', { name: 'Requests waiting for you: 1' })).toBeVisible();
    await page.getByRole('button', { name: 'Look at it' }).click();
    await expect.element(page.getByRole('heading', { name: 'Requests of support' })).toBeVisible();
    expect(host.called('lookAtProposal')).toHaveLength(1);
  });

  test('of a very long reason and of hostile text keeps its buttons in view, and is text', async () => {
    await open('approvals', (double) => {
      double.proposals = [
        aProposal({
          reason: '<img src=x onerror=alert(1)> '.repeat(340),
          title: '<b>bold</b>',
          effect: ['<script>alert(1)</script>'],
        }),
      ];
    });
    await expect.element(page.getByText('<b>bold</b>')).toBeVisible();
    expect(document.querySelector('main img')).toBeNull();
    page.getByRole('button', { name: 'Approve' }).element().scrollIntoView();
    await untilVisible();
    await page.getByRole('button', { name: 'Approve' }).click();
    expect(document.querySelector('.note')?.textContent).toBe('');
  });
});

describe('a command', () => {
  test('shows its output as it comes, and can be stopped', async () => {
    const running = aRun('running', { chunks: 1, outputLines: 1, outputBytes: 6 });
    const chunks = ['first\n'];
    const { host } = await open('approvals', (double) => {
      double.proposals = [running];
      double.handlers.readOutput = ({ from }) => ({ chunks: chunks.slice(from), total: chunks.length });
    });
    await expect.element(page.getByText('first')).toBeVisible();
    chunks.push('second\n');
    host.tell('proposals', { proposals: [{ ...running, chunks: 2, outputLines: 2, outputBytes: 13 }] });
    await expect.poll(() => document.querySelector('pre')?.textContent).toBe('first\nsecond');
    expect(host.called('readOutput')).toContainEqual({ proposal: running.id, from: 1 });
    await page.getByRole('button', { name: 'Stop it' }).click();
    expect(host.called('stopCommand')).toEqual([{ proposal: running.id }]);
  });

  test('of the past is there with what it said, and why it failed', async () => {
    await open('approvals', (double) => {
      double.proposals = [
        aRun('failed', {
          title: 'Check the connection',
          error: { code: 'x', message: 'The name server does not answer.' },
        }),
        aProposal({ state: 'denied', title: 'Restart the app’s process', decidedMs: Date.now() }),
      ];
      double.handlers.readOutput = ({ from }) => ({ chunks: ['DNS failed\n'].slice(from), total: 1 });
    });
    await expect.element(page.getByText('Denied')).toBeVisible();
    await page.getByText('Check the connection').click();
    await expect.element(page.getByText('DNS failed')).toBeVisible();
    await expect.element(page.getByText('The name server does not answer.')).toBeVisible();
  });
});

describe('the audit log', () => {
  test('is read page by page, and shows a line that was changed', async () => {
    const { host } = await open('approvals', (double) => {
      double.handlers.audit = ({ before = 4 }) => ({
        records:
          before === 4
            ? [anAuditEntry(3, 'command-approved'), anAuditEntry(2, 'letter-received', { isIntact: false })]
            : [anAuditEntry(1, 'some-later-kind')],
        hasMore: before === 4,
      });
    });
    await page.getByText('Audit log').click();
    await expect.element(page.getByText('You approved a command')).toBeVisible();
    await expect.element(page.getByText('This line was changed after it was written.')).toBeVisible();
    await page.getByRole('button', { name: 'Show older' }).click();
    await expect.element(page.getByText('some later kind')).toBeVisible();
    expect(host.called('audit')).toEqual([{ limit: 50 }, { before: 2, limit: 50 }]);
    await expect.element(page.getByRole('button', { name: 'Show older' })).not.toBeInTheDocument();
  });
});

describe('assistive technology', () => {
  const CASES: Record<string, (host: HostDouble) => void> = {
    nothing: () => undefined,
    pending: (host) => {
      host.proposals = [aProposal()];
    },
    all: (host) => {
      host.proposals = [aProposal(), aRun('running'), aRun('done', { summary: 'freed 2.0 KB' }), aRun('failed')];
      host.handlers.readOutput = ({ from }) => ({ chunks: ['line\n'].slice(from), total: 1 });
    },
  };
  test.each(Object.entries(CASES))('finds nothing in its way: %s', async (_, prepare) => {
    await open('approvals', prepare);
    await expect.element(page.getByRole('heading', { name: 'Requests of support' })).toBeVisible();
    await expect.poll(seriousProblems).toEqual([]);
  });

  test('a narrow window needs no sideways scrolling', async () => {
    await open('approvals', CASES['all'], 320);
    await expect.element(page.getByText('Running since')).toBeVisible();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
    const main = document.querySelector('main');
    expect(main?.scrollWidth).toBe(main?.clientWidth);
  });
});
