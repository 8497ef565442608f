import { vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLetter } from '../../../src/shared/crypto/letter.js';
import { signTechnicians } from '../../../src/shared/crypto/technicians.js';
import { generateSigningKeys, signerOf } from '../../../src/shared/crypto/sign.js';
import type { CommandDescription } from '../../../src/shared/commands/command.js';
import type { PublicIdentity } from '../../../src/shared/crypto/keys.js';
import type { EnvelopeOf, LetterContent } from '../../../src/shared/protocol/letters.js';
import { TechnicianMailbox } from '../../../src/viewer/sources/technician-mailbox.js';
import { makeBundle, testSource } from '../../unit/viewer/make-bundle.js';
import { READ_LOGS, RECORD_AGAIN, CommandStory } from '../../unit/viewer/command-story.js';
import { DeskDouble } from './desk-double.js';
import { InstallDouble } from './install-double.js';
import { MailboxDouble } from './mailbox-double.js';
import { get, start } from './mounted.js';

/** A report that an install signed, a desk that carries letters, and a technician in this browser. */
export class CommandReport {
  readonly mailbox = new MailboxDouble();
  readonly desk = new DeskDouble(this.mailbox);
  readonly install: InstallDouble;
  readonly story: CommandStory;
  readonly technician: PublicIdentity;

  /** `isSigned`: whether the report says whose install made it. */
  static async make({
    commands = [READ_LOGS, RECORD_AGAIN],
    isSigned = true,
    isEnrolled = true,
  } = {}): Promise<CommandReport> {
    const install = await InstallDouble.make();
    const report = new CommandReport(install, await CommandStory.begin(undefined, install.signer), await ownKeys());
    await report.#add(commands, isSigned);
    if (isEnrolled) await report.enrol();
    return report;
  }

  private constructor(install: InstallDouble, story: CommandStory, technician: PublicIdentity) {
    this.install = install;
    this.story = story;
    this.technician = technician;
  }

  async enrol(validUntilMs = Date.now() + 3_600_000): Promise<void> {
    const root = await signerOf(await generateSigningKeys(true));
    const technicians = [{ name: 'Ines Hart', ...this.technician }];
    const list = { v: 1, organisation: 'Fluxion Support', version: 1, issuedMs: 1, validUntilMs, technicians } as const;
    this.mailbox.technicians = await signTechnicians({ ...list, technicians }, root);
  }

  /** Opens it at its Commands. */
  async open(width = 1280, height = 760): ReturnType<typeof start> {
    const services = await start(this.desk, `#/reports/${this.story.report}`, width, height);
    await vi.waitFor(() => get('#tab-commands'), 10_000);
    await userEvent.click(page.getByRole('tab', { name: /^Commands/ }));
    await vi.waitFor(() => get('section[aria-label="Commands"]'));
    return services;
  }

  /** The newest letter that the technician posted, opened as the install opens it. */
  async posted<K extends 'command-proposal' | 'cancel'>(kind: K): Promise<EnvelopeOf<K> & { readonly text: string }> {
    const letter = await vi.waitFor(async () => {
      const sealed = this.mailbox.posted.at(-1)?.sealed;
      if (sealed === undefined) throw new Error('nothing was posted');
      const { envelope } = await openLetter(sealed, this.install.ageIdentity);
      if (envelope.kind !== kind) throw new Error(`${envelope.kind} was posted`);
      return envelope as EnvelopeOf<K>;
    });
    return { ...letter, text: JSON.stringify(letter) };
  }

  async answer(content: LetterContent): Promise<void> {
    this.mailbox.put(await this.install.seal(this.technician, content));
  }

  async #add(commands: readonly CommandDescription[], isSigned: boolean): Promise<void> {
    const signed = { install: { signer: this.install.signer, recipient: this.install.keys.recipient } };
    const bytes = await makeBundle({
      sources: [testSource('w1', { title: 'Orders' })],
      segments: [
        {
          lane: 'log',
          source: 'w1',
          events: Array.from({ length: 60 }, (_, second) => ({
            type: 'log' as const,
            t: second * 1000,
            level: second === 40 ? ('error' as const) : ('info' as const),
            logger: 'console',
            message: second === 40 ? 'Sync failed: HTTP 500' : `Tick ${second}`,
          })),
        },
      ],
      commands,
      ...(isSigned ? signed : {}),
    });
    this.desk.add('Sync now fails', [bytes], { id: this.story.report });
  }
}

/** Those of this browser, made if there are none. */
async function ownKeys(): Promise<PublicIdentity> {
  const mailbox = await TechnicianMailbox.open({ origin: location.origin, fetch: () => Promise.reject(new Error()) });
  mailbox.close();
  return mailbox.self;
}
