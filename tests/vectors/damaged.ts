import { deflateSync } from 'fflate';
import { goodBundle, LOG, LOG_ENTRY, LOG_FILE, LOG_PATH, manifestFile, type MadeVector } from './good.js';
import { logEntry, manifestAround, ndjson, sha256 } from './session.js';
import { rawZip } from './zip.js';

const OTHER_PATH = 'log/w1-1/00001-0000.ndjson';
const OTHER = ndjson([{ type: 'log', t: 9000, level: 'info', logger: 'console', message: 'still here' }]);
export const OTHER_ENTRY = logEntry(OTHER_PATH, OTHER, deflateSync(OTHER), { chain: 1 });
export const OTHER_FILE = { name: OTHER_PATH, plain: OTHER };

function indexOf(bytes: Uint8Array, text: string, from = 0): number {
  return Buffer.from(bytes).indexOf(text, from);
}

/** What happens to files by accident: on a disk, in a mail, by a bug. */
export async function damagedVectors(): Promise<MadeVector[]> {
  const good = await goodBundle();
  const directory = indexOf(good, 'PK\u0001\u0002');
  const last = indexOf(good, 'action/w1-1');
  const changed = Uint8Array.from(deflateSync(LOG));
  changed[5] = (changed[5] ?? 0) ^ 0x10;
  const damagedManifest = manifestFile(manifestAround([LOG_ENTRY]));
  return [
    {
      vector: { file: 'empty.fluxrec', scenario: 'A file of no bytes.', fails: 'not-a-zip' },
      bytes: new Uint8Array(0),
    },
    {
      vector: { file: 'not-a-zip.fluxrec', scenario: 'A text file with the name of a bundle.', fails: 'not-a-zip' },
      bytes: new TextEncoder().encode('Dear support, please find the report attached.\n'.repeat(40)),
    },
    {
      vector: { file: 'text-before.fluxrec', scenario: 'Bytes before the first entry.', fails: 'not-a-zip' },
      bytes: new Uint8Array([...new TextEncoder().encode('MIME-Version: 1.0\n\n'), ...good]),
    },
    {
      vector: {
        file: 'truncated.fluxrec',
        scenario: 'The download broke off in the middle of an entry.',
        fails: 'truncated',
        salvage: [
          { code: 'truncated' },
          { code: 'truncated', path: 'action/w1-1/00000-0000.ndjson' },
          { code: 'missing-entry', path: 'network/w1-1/00000-0000.ndjson' },
          { code: 'missing-entry', path: 'error/w1-1/00000-0000.ndjson' },
        ],
      },
      bytes: good.slice(0, indexOf(good, 'action/w1-1') + 45),
    },
    {
      vector: {
        file: 'truncated-directory.fluxrec',
        scenario: 'The download broke off in the directory: every entry is there.',
        fails: 'truncated',
        salvage: [{ code: 'truncated' }],
      },
      bytes: good.slice(0, directory + 100),
    },
    {
      vector: {
        file: 'truncated-descriptor.fluxrec',
        scenario:
          'The directory is lost, and an entry has its sizes after its data: what lies behind it cannot be found.',
        fails: 'truncated',
        salvage: [{ code: 'truncated' }, { code: 'missing-entry', path: LOG_PATH }],
      },
      bytes: (() => {
        const local = { crc32: 0, plainBytes: 0, storedBytes: 0 };
        const files = [OTHER_FILE, { ...LOG_FILE, flags: 0x0808, local }];
        return rawZip([manifestFile(manifestAround([OTHER_ENTRY, LOG_ENTRY])), ...files]).slice(0, -30);
      })(),
    },
    {
      vector: {
        file: 'truncated-manifest.fluxrec',
        scenario: 'The download broke off in the manifest: nothing can be shown.',
        fails: 'truncated',
      },
      bytes: good.slice(0, 300),
    },
    {
      vector: {
        file: 'bytes-lost.fluxrec',
        scenario: 'Ten bytes are lost inside an entry: the directory is not where its end says.',
        fails: 'truncated',
        salvage: [
          { code: 'truncated' },
          { code: 'missing-entry', path: 'network/w1-1/00000-0000.ndjson' },
          { code: 'missing-entry', path: 'error/w1-1/00000-0000.ndjson' },
        ],
      },
      bytes: new Uint8Array([...good.subarray(0, last + 60), ...good.subarray(last + 70)]),
    },
    {
      vector: { file: 'no-manifest.fluxrec', scenario: 'A zip that is no bundle.', fails: 'missing-entry' },
      bytes: rawZip([LOG_FILE]),
    },
    {
      vector: { file: 'empty-zip.fluxrec', scenario: 'A zip without entries.', fails: 'missing-entry' },
      bytes: rawZip([]),
    },
    {
      vector: {
        file: 'missing-entry.fluxrec',
        scenario: 'The manifest lists an entry that the zip does not have; the other is read.',
        problems: [{ code: 'missing-entry', path: LOG_PATH }],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY, OTHER_ENTRY])), OTHER_FILE]),
    },
    {
      vector: {
        file: 'missing-data.fluxrec',
        scenario: 'The directory has an entry where there is none.',
        unknown: ['padding'],
        found: [{ code: 'missing-entry', path: LOG_PATH }],
      },
      bytes: rawZip([
        manifestFile(manifestAround([LOG_ENTRY])),
        { name: 'padding', plain: new Uint8Array(600), isStored: true, gapAfter: 400 },
        { ...LOG_FILE, isMissing: true, offset: 1400 },
      ]),
    },
    {
      vector: {
        file: 'wrong-hash.fluxrec',
        scenario: 'An entry has other content than its hashes say, with sizes and CRC-32 that fit; the other is read.',
        found: [{ code: 'wrong-hash', path: LOG_PATH }],
      },
      bytes: rawZip([
        manifestFile(manifestAround([{ ...LOG_ENTRY, sha256: sha256(OTHER) }, OTHER_ENTRY])),
        LOG_FILE,
        OTHER_FILE,
      ]),
    },
    {
      vector: {
        file: 'wrong-stored-hash.fluxrec',
        scenario: 'The content is right, its packed form is not the one that was sealed.',
        found: [{ code: 'wrong-hash', path: LOG_PATH }],
      },
      bytes: rawZip([manifestFile(manifestAround([{ ...LOG_ENTRY, storedSha256: sha256(OTHER) }])), LOG_FILE]),
    },
    {
      vector: {
        file: 'wrong-crc.fluxrec',
        scenario: 'The hashes fit and the CRC-32 does not: unzip would refuse the entry.',
        isFoundByVerifyingOnly: true,
        found: [{ code: 'wrong-hash', path: LOG_PATH }],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), { ...LOG_FILE, crc32: 0x12345678 }]),
    },
    {
      vector: {
        file: 'bit-flipped.fluxrec',
        scenario: 'One bit of a packed entry is flipped.',
        found: [{ code: 'wrong-hash', path: LOG_PATH }],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), { ...LOG_FILE, stored: changed }]),
    },
    {
      vector: {
        file: 'bit-flipped-manifest.fluxrec',
        scenario: 'The manifest has another CRC-32, and still can be understood.',
        problems: [{ code: 'wrong-hash', path: 'manifest.json' }],
      },
      bytes: rawZip([{ ...damagedManifest, crc32: 1 }, LOG_FILE]),
    },
    {
      vector: {
        file: 'garbled-manifest.fluxrec',
        scenario: 'The manifest has another CRC-32 and is no JSON.',
        fails: 'wrong-hash',
      },
      bytes: rawZip([{ name: 'manifest.json', plain: damagedManifest.plain.slice(1), crc32: 1 }, LOG_FILE]),
    },
    {
      vector: {
        file: 'wrong-size.fluxrec',
        scenario: 'The manifest and the zip give different plain sizes; the other entry is read.',
        problems: [{ code: 'wrong-size', path: LOG_PATH }],
      },
      bytes: rawZip([
        manifestFile(manifestAround([{ ...LOG_ENTRY, bytes: LOG.length + 1 }, OTHER_ENTRY])),
        LOG_FILE,
        OTHER_FILE,
      ]),
    },
    {
      vector: {
        file: 'wrong-stored-size.fluxrec',
        scenario: 'The manifest and the zip give different stored sizes.',
        problems: [{ code: 'wrong-size', path: LOG_PATH }],
      },
      bytes: rawZip([
        manifestFile(manifestAround([{ ...LOG_ENTRY, storedBytes: LOG_ENTRY.storedBytes - 1 }])),
        LOG_FILE,
      ]),
    },
    {
      vector: {
        file: 'wrong-local-size.fluxrec',
        scenario: 'The local header gives another size than the directory.',
        found: [{ code: 'wrong-size', path: LOG_PATH }],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), { ...LOG_FILE, local: { plainBytes: 7 } }]),
    },
    {
      vector: {
        file: 'wrong-local-crc.fluxrec',
        scenario: 'The local header gives another CRC-32 than the directory.',
        found: [{ code: 'wrong-hash', path: LOG_PATH }],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), { ...LOG_FILE, local: { crc32: 7 } }]),
    },
    {
      vector: {
        file: 'wrong-store-size.fluxrec',
        scenario: 'An entry that is stored as it is has another plain than stored size.',
        problems: [{ code: 'wrong-size', path: LOG_PATH }],
      },
      bytes: rawZip([
        manifestFile(
          manifestAround([logEntry(LOG_PATH, LOG, LOG, { encoding: 'store', bytes: LOG.length - 1 }), OTHER_ENTRY]),
        ),
        { ...LOG_FILE, isStored: true },
        OTHER_FILE,
      ]),
    },
    {
      vector: {
        file: 'bytes-added.fluxrec',
        scenario: 'Bytes lie between the directory and its end: there could be another directory.',
        fails: 'truncated',
        salvage: [{ code: 'truncated' }],
      },
      bytes: Uint8Array.from([...good.subarray(0, -22), ...new Uint8Array(50), ...good.subarray(-22)]),
    },
    {
      vector: {
        file: 'wrong-count.fluxrec',
        scenario: 'The directory has one record more than its end says.',
        fails: 'truncated',
        salvage: [{ code: 'truncated' }],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), LOG_FILE, OTHER_FILE], { count: 2 }),
    },
    {
      vector: {
        file: 'too-short.fluxrec',
        scenario: 'An entry unpacks to less than manifest and zip say.',
        found: [{ code: 'wrong-size', path: LOG_PATH }],
      },
      bytes: rawZip([
        manifestFile(manifestAround([{ ...LOG_ENTRY, bytes: LOG.length + 50 }])),
        { ...LOG_FILE, plainBytes: LOG.length + 50 },
      ]),
    },
    {
      vector: {
        file: 'from-the-future.fluxrec',
        scenario: 'Format 2, in a shape that nobody knows yet.',
        fails: 'from-the-future',
      },
      bytes: rawZip([manifestFile({ format: 2, lanes: 'all of them' })]),
    },
    {
      vector: { file: 'manifest-not-json.fluxrec', scenario: 'The manifest is a text.', fails: 'manifest-invalid' },
      bytes: rawZip([{ name: 'manifest.json', plain: new TextEncoder().encode('format: 1\n') }]),
    },
    {
      vector: {
        file: 'manifest-no-format.fluxrec',
        scenario: 'The manifest gives no format.',
        fails: 'manifest-invalid',
      },
      bytes: rawZip([manifestFile({ ...manifestAround([]), format: '1' })]),
    },
    {
      vector: {
        file: 'manifest-no-session.fluxrec',
        scenario: 'The manifest lacks the session.',
        fails: 'manifest-invalid',
      },
      bytes: rawZip([manifestFile({ ...manifestAround([]), session: null })]),
    },
    {
      vector: {
        file: 'manifest-inconsistent.fluxrec',
        scenario:
          'Entries of a source that is not given, and that end before they begin; anchors out of order; the other entry is read.',
        problems: [
          { code: 'manifest-invalid', path: 'manifest.json' },
          { code: 'manifest-invalid', path: LOG_PATH },
          { code: 'manifest-invalid', path: 'log/w1-1/00002-0000.ndjson' },
        ],
      },
      bytes: rawZip([
        manifestFile(
          manifestAround(
            [
              { ...LOG_ENTRY, source: 'w9-9' },
              OTHER_ENTRY,
              { ...LOG_ENTRY, path: 'log/w1-1/00002-0000.ndjson', startMs: 5, endMs: 4 },
            ],
            {
              sources: [
                {
                  id: 'w1-1',
                  kind: 'window',
                  originMs: 1,
                  anchors: [9, 5].map((monoMs) => ({ monoMs, sessionMs: 1, wallMs: 1, uncertaintyMs: 1 })),
                },
              ],
            },
          ),
        ),
        LOG_FILE,
        OTHER_FILE,
        { ...LOG_FILE, name: 'log/w1-1/00002-0000.ndjson' },
      ]),
    },
  ];
}
