import { FluxionError } from '../errors.js';

/** What can be wrong with a bundle. The codes are part of the format: docs/bundle-format.md, "Problems". */
export const BUNDLE_ERROR_CODES = [
  'not-a-zip',
  'truncated',
  'from-the-future',
  'missing-entry',
  'wrong-hash',
  'wrong-size',
  'path-traversal',
  'duplicate-name',
  'zip-bomb',
  'manifest-too-large',
  'manifest-invalid',
  'unsupported-encoding',
  'too-many-entries',
  'unreadable',
  'signature-missing',
  'signature-invalid',
  'signature-wrong-key',
] as const;
export type BundleErrorCode = (typeof BUNDLE_ERROR_CODES)[number];

// What happened, and what the person in front of the file can do about it.
const SENTENCES: Readonly<Record<BundleErrorCode, string>> = {
  'not-a-zip': 'This file is not a Fluxion report. Choose a file whose name ends in .fluxrec.',
  truncated: 'The end of the report is missing or damaged: it was not copied completely. Copy or download it again.',
  'from-the-future': 'This report was made by a newer version of Fluxion Recorder. Update the viewer to open it.',
  'missing-entry': 'A recording that the report lists is not in the file. Ask for the report again.',
  'wrong-hash':
    'A recording is not what it was when the report was made: the file is damaged or was changed. Ask for the report again.',
  'wrong-size':
    'A recording has another size than the report says: the file is damaged or was changed. Ask for the report again.',
  'path-traversal': 'The report has an entry whose name points outside of it. Do not unpack this file.',
  'duplicate-name':
    'The report has two entries of one name, and cannot tell which one is meant. Ask for the report again.',
  'zip-bomb': 'The report would unpack to more than it may. Do not unpack this file.',
  'manifest-too-large':
    'The list of contents of the report is larger than a report may have. Send a shorter time range.',
  'manifest-invalid': 'The list of contents of the report cannot be understood. Ask for the report again.',
  'unsupported-encoding':
    'A recording is packed or sealed in a way that this version cannot read. Update the viewer to open it.',
  'too-many-entries': 'The report has more entries than a report may have. Send a shorter time range.',
  unreadable: 'The file could not be read. Check that it is still there and that you may read it.',
  'signature-missing':
    'The signature of the app that made this report is gone: the file was changed. Ask for the report again.',
  'signature-invalid':
    'The signature does not fit: the report was changed after the app had signed it. Ask for the report again.',
  'signature-wrong-key':
    'The report was signed by another app than the one that it says it comes from. Do not trust it.',
};

export interface BundleErrorOptions extends ErrorOptions {
  /** The entry that it is about; absent: the whole bundle. A stranger's text: escape before showing. */
  readonly path?: string | undefined;
  /** More about what is wrong, for engineers. Never holds content of an entry. */
  readonly detail?: string | undefined;
}

/** Everything that this room throws on account of a bundle's bytes. `detail` is for engineers, `message` for everybody. */
export class BundleError extends FluxionError {
  declare readonly code: BundleErrorCode;
  readonly path: string | undefined;
  readonly detail: string | undefined;

  constructor(code: BundleErrorCode, options: BundleErrorOptions = {}) {
    super(code, SENTENCES[code], options);
    this.path = options.path;
    this.detail = options.detail;
  }
}

/** A `BundleError` as a plain value: what a reader lists beside what it can still show. */
export interface BundleProblem {
  readonly code: BundleErrorCode;
  readonly message: string;
  /** The entry that it is about; absent: the whole bundle. A stranger's text: escape before showing. */
  readonly path?: string;
  readonly detail?: string;
}

export function toProblem(error: BundleError): BundleProblem {
  return {
    code: error.code,
    message: error.message,
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(error.detail === undefined ? {} : { detail: error.detail }),
  };
}

export function problem(code: BundleErrorCode, options: BundleErrorOptions = {}): BundleProblem {
  return toProblem(new BundleError(code, options));
}
