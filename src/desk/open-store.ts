import { join } from 'node:path';
import { FolderStore } from '../store/folder-store.js';
import type { ObjectStore } from '../store/object-store.js';
import type { S3Direct } from '../store/s3/s3-direct.js';
import type { DeskOptions } from './options.js';

export interface OpenedStore {
  readonly store: ObjectStore;
  /** What others do with the store by themselves; undefined where all goes through the desk. */
  readonly direct: S3Direct | undefined;
  readonly close: () => void;
}

/** Opens the store that the options name. Rejects with a StoreError. */
export async function openStore({ s3, dataDir }: Pick<DeskOptions, 's3' | 'dataDir'>): Promise<OpenedStore> {
  if (s3 === undefined) {
    const store = await FolderStore.open(join(dataDir, 'store'));
    return { store, direct: undefined, close: () => undefined };
  }
  // A desk with a folder does not wait until the SDK is loaded.
  const { openS3 } = await import('../store/s3/open-s3.js');
  const { store, direct } = await openS3(s3);
  return {
    store,
    direct,
    close: () => {
      store.close();
    },
  };
}
