import type { BundleErrorCode } from '../../src/shared/bundle/errors.js';

export interface ExpectedProblem {
  readonly code: BundleErrorCode;
  readonly path?: string;
}

/** One scenario: a file, and what a reader must say of it. vectors.json is a list of these. */
export interface Vector {
  readonly file: string;
  readonly scenario: string;
  /** The code of the error with which opening fails; absent: it opens. */
  readonly fails?: BundleErrorCode;
  /** What is told on opening, in any order. Default: nothing. */
  readonly problems?: readonly ExpectedProblem[];
  /** What reading the entries tells besides. Default: nothing. */
  readonly found?: readonly ExpectedProblem[];
  /** Only verifying finds it: reading an entry does not look at all that is said of it. */
  readonly isFoundByVerifyingOnly?: true;
  /** Entries of the zip that the manifest does not list. Default: none. */
  readonly unknown?: readonly string[];
  /** What reading the lines of an entry counts. */
  readonly lines?: Readonly<
    Record<string, { readonly events: number; readonly badLines: number; readonly unknownEvents: number }>
  >;
  /** What opening with salvage tells, where opening without fails. */
  readonly salvage?: readonly ExpectedProblem[];
}
