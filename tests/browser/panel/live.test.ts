import { afterEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { FluxionError } from '../../../src/shared/errors.js';
import type { LiveSessionView } from '../../../src/shared/protocol/live-host.js';
import { VISIBLE_MS } from '../../../src/recorder/panel/visibility-guard.js';
import type { HostDouble } from './host-double.js';
import { aGrant, anAsk, anInvitation, anOpenSession, aSession } from './live-sessions.js';
import { open, remove, seriousProblems } from './mounted.js';

afterEach(remove);

const untilVisible = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, VISIBLE_MS + 300));

function withSession(session: LiveSessionView): (host: HostDouble) => void {
  return (host) => {
    host.live = { ways: ['code', 'texts'], invitations: [], session };
  };
}

describe('nobody is connected', () => {
  test('a session begins by a code, or by texts where there is no desk', async () => {
    const { host } = await open('live');
    await page.getByRole('button', { name: 'Show a code to read out' }).click();
    await expect.poll(() => host.called('beginLive')).toEqual([{ way: 'code' }]);
    host.tell('live', { ways: ['texts'], invitations: [] });
    await expect.element(page.getByRole('button', { name: 'Show a code to read out' })).not.toBeInTheDocument();
    await expect.element(page.getByRole('button', { name: 'Copy a text instead' })).toBeVisible();
  });

  test('why it does not begin is said', async () => {
    await open('live', (host) => {
      host.handlers.beginLive = () => {
        throw new FluxionError('live-no-window', 'No window of the app is open that could be shown.');
      };
    });
    await page.getByRole('button', { name: 'Copy a text instead' }).click();
    await expect.element(page.getByText('No window of the app is open that could be shown.')).toBeVisible();
  });
});

describe('an invitation', () => {
  test('says who, verified by what, why and about what, and is accepted by a person’s press', async () => {
    const { host } = await open('live', (double) => {
      double.live = { ways: ['code'], invitations: [anInvitation()] };
    });
    await expect.element(page.getByText('Ines Hart of Fluxion Support would like')).toBeVisible();
    await expect.element(page.getByText(/I would like to see it happen/)).toBeVisible();
    await expect.element(page.getByText(/About your report K7QF2/)).toBeVisible();
    await untilVisible();
    await page.getByRole('button', { name: 'Accept' }).click();
    await expect
      .poll(() => host.called('acceptInvitation'))
      .toEqual([{ invitation: '33333333-3333-4333-8333-333333333333' }]);
  });

  test('is not accepted by a script', async () => {
    const { host } = await open('live', (double) => {
      double.live = { ways: ['code'], invitations: [anInvitation()] };
    });
    await untilVisible();
    (page.getByRole('button', { name: 'Accept' }).element() as HTMLElement).click();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(host.called('acceptInvitation')).toEqual([]);
  });

  test('is told of in other views', async () => {
    await open('recording', (double) => {
      double.live = { ways: ['code'], invitations: [anInvitation()] };
    });
    await page.getByRole('button', { name: 'Look at it' }).click();
    await expect.element(page.getByRole('button', { name: 'Decline' })).toBeVisible();
  });
});

describe('pairing', () => {
  test('by a code shows it large, spells it, and says until when', async () => {
    const code = { text: 'K7QF-2M4X', expiresMs: Date.now() + 600_000 };
    await open('live', withSession(aSession({ code, reach: 'same-network' })));
    await expect.element(page.getByText('K7QF-2M4X', { exact: true })).toBeVisible();
    await expect.element(page.getByText(/Good until/)).toBeVisible();
    await expect.element(page.getByText(/Same network only/)).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Copy' })).toBeVisible();
  });

  test('by texts says what is wrong with the one that was pasted', async () => {
    const session = aSession({
      way: 'texts',
      phase: 'signaling',
      text: 'F4xTextOfThePublisher',
      reach: 'same-network',
    });
    const { host } = await open('live', withSession(session));
    await userEvent.fill(page.getByLabelText(/Paste the text/), 'Gwrong');
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => host.called('pastePairingText')).toMatchObject([{ text: 'Gwrong' }]);
    const pasteError = { code: 'pairing-mistyped', message: 'This pairing text was changed on its way.' };
    host.tell('live', { ways: ['texts'], invitations: [], session: { ...session, pasteError } });
    await expect.element(page.getByText('This pairing text was changed on its way.')).toBeVisible();
  });
});

describe('the words', () => {
  const words = ['pendant', 'birthday', 'lineage', 'molasses'];
  const comparing = aSession({ phase: 'comparing', words, otherName: 'Ines' });

  test('are the same by a person’s press, and for exactly these words', async () => {
    const { host } = await open('live', withSession(comparing));
    await expect.element(page.getByText('molasses')).toBeVisible();
    await expect.element(page.getByText('Not verified', { exact: true })).toBeVisible();
    await untilVisible();
    await page.getByRole('button', { name: 'They are the same' }).click();
    const { session } = comparing;
    await expect.poll(() => host.called('confirmWords')).toEqual([{ session, words, areSame: true }]);
  });

  test('that differ need no waiting', async () => {
    const { host } = await open('live', withSession(comparing));
    await page.getByRole('button', { name: 'They differ' }).click();
    await expect.poll(() => host.called('confirmWords')).toMatchObject([{ areSame: false }]);
  });
});

describe('an open session', () => {
  test('asks for one thing at a time, with who, what, why and how long, and allows only what a person pressed', async () => {
    const asked = anAsk();
    const { host } = await open('live', withSession(anOpenSession({ asked: [asked] })));
    await expect.element(page.getByRole('heading', { name: 'Read the logs' })).toBeVisible();
    await expect.element(page.getByText('For 30 min, if you do not take it back before.')).toBeVisible();
    await expect.element(page.getByText('To see which request fails.')).toBeVisible();
    await expect.element(page.getByText(/it is denied by itself at/)).toBeVisible();
    (page.getByRole('button', { name: 'Allow' }).element() as HTMLElement).click();
    await untilVisible();
    expect(host.called('decideGrant')).toEqual([]);
    await page.getByRole('button', { name: 'Allow' }).click();
    await expect.poll(() => host.called('decideGrant')).toMatchObject([{ grant: asked.grant, decision: 'allow' }]);
  });

  test('denies at once', async () => {
    const { host } = await open('live', withSession(anOpenSession({ asked: [anAsk()] })));
    await page.getByRole('button', { name: 'Deny' }).click();
    await expect.poll(() => host.called('decideGrant')).toMatchObject([{ decision: 'deny' }]);
  });

  test('takes back one thing, or all, by one press', async () => {
    const grants = [aGrant('view-dom', 1), aGrant('chat', 2)];
    const { host } = await open('live', withSession(anOpenSession({ grants })));
    await page.getByRole('button', { name: 'Take back: Write messages' }).click();
    await expect.poll(() => host.called('withdrawGrant')).toMatchObject([{ grant: grants[1]?.grant }]);
    await page.getByRole('button', { name: 'Take all back' }).click();
    await expect.poll(() => host.called('withdrawGrant').length).toBe(2);
    expect(host.called('withdrawGrant')[1]).not.toHaveProperty('grant');
  });

  test('writes messages while that is granted, and reads them after', async () => {
    const chat = [{ id: 'm1', from: 'technician', text: 'Please open the list.', atMs: Date.now() } as const];
    const session = anOpenSession({ grants: [aGrant('chat')], chat });
    const { host } = await open('live', withSession(session));
    await userEvent.fill(page.getByLabelText('Write a message'), 'It is open.');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => host.called('sayInChat')).toMatchObject([{ text: 'It is open.' }]);
    await expect.element(page.getByLabelText('Write a message')).toHaveValue('');
    host.tell('live', { ways: [], invitations: [], session: { ...session, grants: [] } });
    await expect.element(page.getByText('Please open the list.')).toBeVisible();
    await expect.element(page.getByLabelText('Write a message')).not.toBeInTheDocument();
  });

  test('says how good the connection is, what is being done, and ends', async () => {
    const { host } = await open('live', withSession(anOpenSession({ doing: 'reading' })));
    await expect.element(page.getByText('Good connection, 24 ms')).toBeVisible();
    await expect.element(page.getByText('Is reading the logs')).toBeVisible();
    await page.getByRole('button', { name: 'End session' }).click();
    await expect.poll(() => host.called('endLive').length).toBe(1);
  });

  test('that has ended says why, and can be begun anew', async () => {
    const error = { code: 'live-words-differ', message: 'The safety words differ.' };
    await open('live', withSession(aSession({ phase: 'ended', error })));
    await expect.element(page.getByText('The safety words differ.')).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Copy a text instead' })).toBeVisible();
  });
});

describe('everybody', () => {
  test.each([
    ['an invitation', undefined],
    ['a code', aSession({ code: { text: 'K7QF-2M4X', expiresMs: Date.now() + 600_000 } })],
    ['texts', aSession({ way: 'texts', text: 'F4xText' })],
    ['words', aSession({ phase: 'comparing', words: ['pendant', 'birthday', 'lineage', 'molasses'] })],
    ['an open session', anOpenSession({ asked: [anAsk()], grants: [aGrant('chat', 1)] })],
  ])('can use %s', async (_what, session) => {
    await open(
      'live',
      (host) => {
        host.live = { ways: ['code', 'texts'], invitations: [anInvitation()], ...(session && { session }) };
      },
      360,
    );
    expect(await seriousProblems()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  });
});

describe('a session that is recorded', () => {
  const asksToRecord = anAsk({ kind: 'be-recorded', reason: 'So that the team can look at it again.' });

  test('is asked for with what is kept, where it goes and for how long, and joins the report', async () => {
    await open('live', withSession(anOpenSession({ asked: [asksToRecord], joins: 'K7QF2-9DM4X-7' })));
    const ask = page.getByRole('article', { name: 'Record this session' });
    await expect.element(ask.getByText(/everything that this app’s windows show and record is kept/)).toBeVisible();
    await expect.element(ask.getByText(/Nothing from before/)).toBeVisible();
    await expect
      .element(ask.getByText(/support desk at https?:\/\/.+ and joins your report K7QF2-9DM4X-7/))
      .toBeVisible();
    await expect.element(ask.getByText(/For 30 min/)).toBeVisible();
    expect(await seriousProblems()).toEqual([]);
  });

  test('makes a new report where there is none, and stays on the computer where there is no desk', async () => {
    await open('live', withSession(anOpenSession({ asked: [asksToRecord] })));
    await expect.element(page.getByText(/as a new report/)).toBeVisible();
    await remove();
    await open('live', (host) => {
      withSession(anOpenSession({ asked: [asksToRecord] }))(host);
      const { app, recording, deliveries } = host.state;
      host.state = { app, recording, deliveries };
    });
    await expect
      .element(page.getByText(/No support desk is set up in this app: it stays on this computer/))
      .toBeVisible();
  });

  test('says so with its receipt code, and ends by one press', async () => {
    const grant = aGrant('be-recorded');
    const recording = { isOn: true, sinceMs: Date.now(), parts: 2, isSending: false, receiptCode: 'K7QF2-9DM4X-7' };
    const { host } = await open('live', withSession(anOpenSession({ grants: [grant], recording })));
    const said = page.getByRole('region', { name: 'Recording for support' });
    await expect.element(said.getByText('K7QF2-9DM4X-7')).toBeVisible();
    await expect.element(said.getByText(/2 parts are on their way or there/)).toBeVisible();
    expect(await seriousProblems()).toEqual([]);
    await said.getByRole('button', { name: 'Stop recording' }).click();
    await expect
      .poll(() => host.called('withdrawGrant'))
      .toEqual([{ session: '44444444-4444-4444-8444-444444444444', grant: grant.grant }]);
  });

  test('says what became of it, also when the session is over', async () => {
    const error = { code: 'disk-full', message: 'The disk is full. Make room and try again.' };
    const recording = { isOn: false, sinceMs: Date.now(), parts: 0, isSending: false, error };
    await open('live', withSession(anOpenSession({ phase: 'ended', recording })));
    await expect.element(page.getByText(/The recording of this session has ended/)).toBeVisible();
    await expect.element(page.getByText(/The disk is full/)).toBeVisible();
  });
});
