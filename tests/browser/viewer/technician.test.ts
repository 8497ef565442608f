import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { PublicIdentity } from '../../../src/shared/crypto/keys.js';
import { openLetter } from '../../../src/shared/crypto/letter.js';
import { generateSigningKeys, signerOf } from '../../../src/shared/crypto/sign.js';
import { signTechnicians } from '../../../src/shared/crypto/technicians.js';
import type { LetterContent, VerifiedLetter } from '../../../src/shared/protocol/letters.js';
import type { Services } from '../../../src/viewer/services.js';
import { TechnicianMailbox } from '../../../src/viewer/sources/technician-mailbox.js';
import { DeskDouble } from './desk-double.js';
import { InstallDouble } from './install-double.js';
import { MailboxDouble } from './mailbox-double.js';
import { get, problems, remove, start } from './mounted.js';

// The technician's keys and letters, in a real browser's database.

const proposal = (): LetterContent => ({
  kind: 'command-proposal',
  body: {
    proposal: crypto.randomUUID(),
    report: crypto.randomUUID(),
    command: 'logs',
    parameters: {},
    reason: 'To see more.',
  },
});
const decision = (): LetterContent => ({
  kind: 'command-decision',
  body: { proposal: crypto.randomUUID(), decision: 'denied', decidedMs: Date.now() },
});

let desk: MailboxDouble;
let install: InstallDouble;
const open: TechnicianMailbox[] = [];
let services: Services | undefined;

async function openMailbox(onRefused?: (code: string) => void): Promise<TechnicianMailbox> {
  const mailbox = await TechnicianMailbox.open({
    origin: location.origin,
    fetch: desk.fetch,
    ...(onRefused === undefined ? {} : { onRefused }),
  });
  open.push(mailbox);
  return mailbox;
}

function receive(mailbox: TechnicianMailbox): VerifiedLetter[] {
  const letters: VerifiedLetter[] = [];
  mailbox.onLetter((letter) => {
    letters.push(letter);
  });
  void mailbox.receive();
  return letters;
}

async function closeAll(): Promise<void> {
  for (const mailbox of open.splice(0)) mailbox.close();
  // The lock of the one that received is given back.
  await navigator.locks.request('fluxrec-technician-mailbox', () => undefined);
}

beforeEach(async () => {
  desk = new MailboxDouble();
  install = await InstallDouble.make();
});
afterEach(async () => {
  services?.technician.close();
  await closeAll();
  await remove();
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase('fluxrec-technician');
    request.onsuccess = resolve;
    request.onblocked = resolve;
  });
});

describe('the technician’s keys', () => {
  test('are made once in a browser, also when two tabs ask at the same time', async () => {
    const [one, two] = await Promise.all([openMailbox(), openMailbox()]);
    const later = await openMailbox();
    expect(two.self).toEqual(one.self);
    expect(later.self).toEqual(one.self);
  });

  test('cannot be read out by any script', async () => {
    await openMailbox();
    const request = indexedDB.open('fluxrec-technician');
    await new Promise((resolve) => (request.onsuccess = resolve));
    const stored = request.result.transaction('identity').objectStore('identity').get('self');
    await new Promise((resolve) => (stored.onsuccess = resolve));
    request.result.close();
    const { signing, age } = stored.result as { signing: CryptoKeyPair; age: CryptoKey };
    for (const key of [signing.privateKey, age]) {
      expect(key.extractable).toBe(false);
      await expect(crypto.subtle.exportKey('pkcs8', key)).rejects.toThrow();
      await expect(crypto.subtle.exportKey('jwk', key)).rejects.toThrow();
    }
  });
});

describe('a letter', () => {
  test('that the technician writes can be opened by the install, and rises in number', async () => {
    const mailbox = await openMailbox();
    const content = proposal();
    const sent = await mailbox.send(install.keys, content);
    await mailbox.send(install.keys, proposal());
    const [first, second] = await Promise.all(desk.posted.map(({ sealed }) => openLetter(sealed, install.ageIdentity)));
    expect(first?.envelope).toMatchObject({ ...content, from: mailbox.self.signingKey, to: install.keys.signingKey });
    expect(first?.sha256).toBe(sent.sha256);
    expect(second?.envelope.number).toBe((first?.envelope.number ?? 0) + 1);
  });

  test('of an install that was written to is handed on, and taken out of the mailbox', async () => {
    const mailbox = await openMailbox();
    await mailbox.send(install.keys, proposal());
    const letters = receive(mailbox);
    const content = decision();
    desk.put(await install.seal(mailbox.self, content));
    await vi.waitFor(() => {
      expect(letters).toMatchObject([{ envelope: content, sender: install.keys }]);
      expect(desk.box).toEqual([]);
    });
  });

  test('that comes twice, of an install that nobody wrote to, or of any bytes, is refused', async () => {
    const refused: string[] = [];
    const mailbox = await openMailbox((code) => refused.push(code));
    await mailbox.send(install.keys, proposal());
    const letters = receive(mailbox);
    const sealed = await install.seal(mailbox.self, decision());
    desk.put(sealed);
    await vi.waitFor(() => {
      expect(letters).toHaveLength(1);
    });
    desk.put(sealed);
    desk.put(await (await InstallDouble.make()).seal(mailbox.self, decision()));
    desk.put(await install.seal(mailbox.self, proposal()));
    desk.put(new Uint8Array(100));
    await vi.waitFor(() => {
      expect(refused).toEqual(['letter-replayed', 'letter-unknown-sender', 'letter-kind-refused', 'letter-damaged']);
    });
    expect(letters).toHaveLength(1);
  });

  test('that was not finished when the tab closed comes again in the next one, and then no more', async () => {
    const first = await openMailbox();
    await first.send(install.keys, proposal());
    let tries = 0;
    first.onLetter(() => {
      tries += 1;
      throw new Error('closed in the middle');
    });
    void first.receive();
    desk.put(await install.seal(first.self, decision()));
    await vi.waitFor(() => {
      expect(tries).toBeGreaterThan(0);
    });
    await closeAll();
    const letters = receive(await openMailbox());
    await vi.waitFor(() => {
      expect(letters).toHaveLength(1);
    });
    await closeAll();
    const again = receive(await openMailbox());
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(again).toEqual([]);
  });

  test('is fetched by one tab alone', async () => {
    const [one, two] = [await openMailbox(), await openMailbox()];
    await one.send(install.keys, proposal());
    const [first, second] = [receive(one), receive(two)];
    desk.put(await install.seal(one.self, decision()));
    await vi.waitFor(() => {
      expect(first).toHaveLength(1);
    });
    one.close();
    desk.put(await install.seal(two.self, decision()));
    await vi.waitFor(() => {
      expect(second).toHaveLength(1);
    });
    expect(first).toHaveLength(1);
  });

  test('is told as not sent where the desk cannot be reached', async () => {
    const mailbox = await openMailbox();
    desk.isOffline = true;
    await expect(mailbox.send(install.keys, proposal())).rejects.toMatchObject({ code: 'desk-unreachable' });
  });
});

describe('the key’s sheet', () => {
  async function openSheet(width = 1280): Promise<string> {
    services = await start(new DeskDouble(desk), '#/', width);
    await vi.waitFor(() => {
      get('[aria-label="Your signing key"]');
    });
    await userEvent.click(get('[aria-label="Your signing key"]'));
    await vi.waitFor(() => {
      get('.fingerprint');
    });
    return get('dialog').textContent;
  }

  test('shows the entry to enrol, and who vouches for it once it is on the list', async () => {
    await openSheet();
    await vi.waitFor(() => {
      expect(get('dialog').textContent).toContain('The desk has no list of technicians');
    });
    const entry = JSON.parse(get('dialog pre').textContent) as PublicIdentity & { name: string };
    expect(entry.name).toBe('Ines Hart');
    expect(await problems()).toEqual([]);
    const root = await signerOf(await generateSigningKeys(true));
    const list = {
      v: 1,
      organisation: 'Fluxion Support',
      version: 1,
      issuedMs: 1,
      validUntilMs: Date.now() + 60_000,
    } as const;
    desk.technicians = await signTechnicians({ ...list, technicians: [] }, root);
    await userEvent.click(page.getByRole('button', { name: 'Ask again' }));
    await vi.waitFor(() => {
      expect(get('dialog').textContent).toContain('Fluxion Support’s list does not name this key yet');
    });
    desk.technicians = await signTechnicians({ ...list, technicians: [entry] }, root);
    await userEvent.click(page.getByRole('button', { name: 'Ask again' }));
    await vi.waitFor(() => {
      expect(get('dialog').textContent).toContain('vouches for you as Ines Hart');
    });
    expect(await problems()).toEqual([]);
  });

  test('fits a narrow window', async () => {
    await openSheet(360);
    expect(get('dialog').scrollWidth).toBeLessThanOrEqual(get('dialog').clientWidth);
  });
});
