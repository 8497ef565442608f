import { deflateSync } from 'fflate';
import { OTHER_ENTRY, OTHER_FILE } from './damaged.js';
import { LOG, LOG_ENTRY, LOG_FILE, LOG_PATH, manifestFile, type MadeVector } from './good.js';
import { logEntry, manifestAround } from './session.js';
import { rawZip } from './zip.js';

const MB = 1024 * 1024;

function pathVector(file: string, scenario: string, path: string): MadeVector {
  const files = [
    manifestFile(manifestAround([{ ...LOG_ENTRY, path }, LOG_ENTRY])),
    { ...LOG_FILE, name: path },
    LOG_FILE,
  ];
  return { vector: { file, scenario, problems: [{ code: 'path-traversal', path }] }, bytes: rawZip(files) };
}

/** What somebody makes to hurt whoever opens it. */
export function hostileVectors(): MadeVector[] {
  const zeros = new Uint8Array(8 * MB);
  const packedZeros = deflateSync(zeros, { level: 9 });
  const huge = new TextEncoder().encode(JSON.stringify(manifestAround([])) + ' '.repeat(33 * MB));
  const twin = LOG_PATH.replace('log/', 'LOG/');
  const second = 'log/w1-1/00001-0000.ndjson';
  const many = Array.from({ length: 70 }, (_, i) => `log/w1-1/00000-${String(i).padStart(4, '0')}.ndjson`);
  return [
    pathVector('traversal.fluxrec', 'A path that climbs out of the bundle.', '../../../etc/cron.d/fluxion'),
    pathVector('traversal-inside.fluxrec', 'A path that climbs in the middle.', 'log/../../a.ndjson'),
    pathVector('traversal-absolute.fluxrec', 'An absolute path.', '/etc/passwd'),
    pathVector('traversal-backslash.fluxrec', 'A path for another system.', 'log\\..\\..\\a.ndjson'),
    pathVector('traversal-drive.fluxrec', 'A path with a drive.', 'C:/a.ndjson'),
    pathVector('traversal-nul.fluxrec', 'A path with a NUL in it.', 'log/a.ndjson\u0000.txt'),
    {
      vector: {
        file: 'traversal-unlisted.fluxrec',
        scenario: 'A path that climbs out of the bundle and is not in the manifest: told, although it never is read.',
        problems: [{ code: 'path-traversal', path: '../a' }],
        unknown: ['../a'],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), LOG_FILE, { name: '../a', plain: LOG }]),
    },
    {
      vector: {
        file: 'duplicate-name.fluxrec',
        scenario: 'Two entries of one name: neither is read.',
        problems: [{ code: 'duplicate-name', path: LOG_PATH }],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), LOG_FILE, LOG_FILE]),
    },
    {
      vector: {
        file: 'duplicate-case.fluxrec',
        scenario: 'Two names that are one file where case does not count.',
        problems: [
          { code: 'duplicate-name', path: LOG_PATH },
          { code: 'duplicate-name', path: twin },
        ],
        unknown: [twin],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), LOG_FILE, { ...LOG_FILE, name: twin }]),
    },
    {
      vector: {
        file: 'duplicate-listed.fluxrec',
        scenario: 'The manifest lists one path twice.',
        problems: [{ code: 'duplicate-name', path: LOG_PATH }],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY, { ...LOG_ENTRY, endMs: 9999 }])), LOG_FILE]),
    },
    {
      vector: {
        file: 'duplicate-manifest.fluxrec',
        scenario: 'Two manifests: neither can be believed.',
        fails: 'duplicate-name',
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), LOG_FILE, manifestFile(manifestAround([]))]),
    },
    {
      vector: {
        file: 'zip-bomb-declared.fluxrec',
        scenario: 'An entry that says it is larger than an entry may be.',
        problems: [{ code: 'zip-bomb', path: LOG_PATH }],
      },
      bytes: rawZip([
        manifestFile(manifestAround([{ ...LOG_ENTRY, bytes: 300 * MB }])),
        { ...LOG_FILE, plainBytes: 300 * MB },
      ]),
    },
    {
      vector: {
        file: 'zip-bomb-ratio.fluxrec',
        scenario: 'An entry that says it is larger than deflate can make of its bytes.',
        problems: [{ code: 'zip-bomb', path: LOG_PATH }],
      },
      bytes: rawZip([
        manifestFile(manifestAround([{ ...LOG_ENTRY, bytes: 20 * MB }])),
        { ...LOG_FILE, plainBytes: 20 * MB },
      ]),
    },
    {
      vector: {
        file: 'zip-bomb-actual.fluxrec',
        scenario: 'An entry that unpacks to a thousand times what manifest and zip say.',
        found: [{ code: 'zip-bomb', path: LOG_PATH }],
      },
      bytes: rawZip([
        manifestFile(manifestAround([logEntry(LOG_PATH, zeros, packedZeros, { bytes: packedZeros.length })])),
        { ...LOG_FILE, stored: packedZeros, plainBytes: packedZeros.length },
      ]),
    },
    {
      vector: {
        file: 'zip-bomb-overlap.fluxrec',
        scenario: 'Two entries that share their bytes.',
        problems: [
          { code: 'zip-bomb', path: LOG_PATH },
          { code: 'zip-bomb', path: second },
        ],
      },
      bytes: (() => {
        const manifest = manifestFile(manifestAround([LOG_ENTRY, { ...LOG_ENTRY, path: second }]));
        const offset = rawZip([manifest]).length - 22 - 46 - 'manifest.json'.length;
        return rawZip([manifest, LOG_FILE, { ...LOG_FILE, name: second, isMissing: true, offset }]);
      })(),
    },
    {
      vector: {
        file: 'zip-bomb-total.fluxrec',
        scenario: 'Seventy entries that each are small enough and together say 17 GB.',
        fails: 'zip-bomb',
      },
      bytes: rawZip([
        manifestFile(manifestAround(many.map((path) => ({ ...LOG_ENTRY, path, bytes: 250 * MB })))),
        ...many.map((name) => ({ ...LOG_FILE, name, plainBytes: 250 * MB })),
      ]),
    },
    {
      vector: {
        file: 'manifest-too-large.fluxrec',
        scenario: 'A manifest of 33 MB in 33 KB.',
        fails: 'manifest-too-large',
      },
      bytes: rawZip([{ name: 'manifest.json', plain: huge }]),
    },
    {
      vector: {
        file: 'manifest-bomb.fluxrec',
        scenario: 'A manifest that says 9 KB and unpacks to 8 MB.',
        fails: 'zip-bomb',
      },
      bytes: rawZip([{ name: 'manifest.json', plain: zeros, stored: packedZeros, plainBytes: 9000 }]),
    },
    {
      vector: {
        file: 'too-many-entries.fluxrec',
        scenario: 'The end of the directory gives 300,000 entries.',
        fails: 'too-many-entries',
      },
      bytes: rawZip([manifestFile(manifestAround([]))], { isZip64: true, count: 300_000 }),
    },
    {
      vector: {
        file: 'too-many-listed.fluxrec',
        scenario: 'The manifest lists 200,001 entries.',
        fails: 'too-many-entries',
      },
      bytes: rawZip([manifestFile(manifestAround(Array.from({ length: 200_001 }, () => ({}))))]),
    },
    {
      vector: {
        file: 'encrypted.fluxrec',
        scenario: "An entry is encrypted in zip's own way, which a bundle never is.",
        problems: [{ code: 'unsupported-encoding', path: LOG_PATH }],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), { ...LOG_FILE, flags: 0x0801 }]),
    },
    {
      vector: {
        file: 'unknown-method.fluxrec',
        scenario: "An entry is packed by zip's method 93, which a bundle does not use.",
        problems: [{ code: 'unsupported-encoding', path: LOG_PATH }],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), { ...LOG_FILE, method: 93 }]),
    },
    {
      vector: {
        file: 'other-method-inside.fluxrec',
        scenario: 'The local header gives another method than the directory.',
        found: [{ code: 'unsupported-encoding', path: LOG_PATH }],
      },
      bytes: rawZip([manifestFile(manifestAround([LOG_ENTRY])), { ...LOG_FILE, local: { method: 0 } }]),
    },
    {
      vector: {
        file: 'zip-bomb-header.fluxrec',
        scenario: "A local header that moves an entry's bytes over the next entry.",
        found: [{ code: 'zip-bomb', path: LOG_PATH }],
      },
      bytes: rawZip([
        manifestFile(manifestAround([LOG_ENTRY, OTHER_ENTRY])),
        { ...LOG_FILE, local: { extraBytes: 40 } },
        OTHER_FILE,
      ]),
    },
    {
      vector: {
        file: 'other-name-inside.fluxrec',
        scenario: 'The local header has another name than the directory.',
        found: [{ code: 'missing-entry', path: LOG_PATH }],
      },
      bytes: rawZip([
        manifestFile(manifestAround([LOG_ENTRY])),
        { ...LOG_FILE, local: { name: LOG_PATH.replace('log', 'dom') } },
      ]),
    },
    {
      vector: {
        file: 'split.fluxrec',
        scenario: 'The last file of a zip that is split over several.',
        fails: 'unsupported-encoding',
      },
      bytes: rawZip([manifestFile(manifestAround([]))], { disk: 3 }),
    },
  ];
}
