import { start } from '../../scripts/built.js';
import { provideCeph, startCeph, type Ceph } from '../lab/ceph.js';
import { CuttingProxy } from '../lab/cutting-proxy.js';
import { isElectron, startProduct, type Product } from './product.js';

export type StoreName = 'a folder' | 'a Ceph bucket';

/** Where a desk can keep its reports on this machine. What differs between stores does not differ by the customer's host. */
export const STORES: readonly StoreName[] = !isElectron && provideCeph() ? ['a folder', 'a Ceph bucket'] : ['a folder'];

export interface ProductOverStore {
  readonly product: Product;
  /** What the customer's bytes go through: on their way to the desk, or straight to the store. */
  readonly wayOfBytes: CuttingProxy;
  /** What the customer's app asks the desk through. */
  readonly wayToDesk: CuttingProxy;
  close(): Promise<void>;
}

/** The product with its customer behind a network that can be cut. */
export async function startOver(store: StoreName): Promise<ProductOverStore> {
  if (store === 'a folder') {
    const product = await startProduct({ hasNetwork: true });
    const wayToDesk = networkOf(product);
    return { product, wayToDesk, wayOfBytes: wayToDesk, close: () => product.close() };
  }
  const ceph = await startCeph();
  const closing: (() => Promise<void>)[] = [() => ceph.stop()];
  try {
    const { environment, wayOfBytes } = await bucketBehindNetwork(ceph);
    closing.push(() => wayOfBytes.close());
    const product = await startProduct({ hasNetwork: true, deskEnvironment: environment });
    closing.push(() => product.close());
    const cors = { ...process.env, ...environment };
    await start('desk', ['--configure-cors', new URL(product.deskUrl).origin], /(The bucket .*\.)/, cors);
    return { product, wayToDesk: networkOf(product), wayOfBytes, close: () => closeAll(closing) };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

async function bucketBehindNetwork(ceph: Ceph) {
  const bucket = await ceph.bucket();
  const wayOfBytes = await CuttingProxy.start(Number(new URL(bucket.endpoint).port));
  const environment = {
    FLUXREC_DESK_STORE: `s3://${bucket.bucket}/team-a`,
    FLUXREC_DESK_S3_ENDPOINT: bucket.endpoint,
    FLUXREC_DESK_S3_PUBLIC_ENDPOINT: wayOfBytes.url,
    FLUXREC_DESK_S3_REGION: bucket.region,
    FLUXREC_DESK_S3_PATH_STYLE: '1',
    AWS_ACCESS_KEY_ID: bucket.accessKeyId,
    AWS_SECRET_ACCESS_KEY: bucket.secretAccessKey,
  };
  return { environment, wayOfBytes };
}

function networkOf({ network }: Product): CuttingProxy {
  if (network === undefined) throw new Error('The product has no network of its own.');
  return network;
}

/** The last that was opened first. */
async function closeAll(closing: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closing.toReversed()) await close();
}
