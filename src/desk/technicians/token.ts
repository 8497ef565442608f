import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../store/durable.js';
import { systemCode, toStoreError } from '../../store/errors.js';
import { checkSecret } from '../options.js';
import { mintSecret } from '../secret.js';

/** The token in the data folder, minted at the first start; only the desk's own user can read the file. */
export async function readToken(dataDir: string): Promise<string> {
  const path = join(dataDir, 'token');
  try {
    const token = (await readFile(path, 'utf8')).trim();
    checkSecret(token);
    // It may have come from a backup, or an editor.
    await chmod(path, 0o600);
    return token;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw toStoreError(error);
  }
  const token = mintSecret();
  try {
    await replaceFile(path, Buffer.from(`${token}\n`), 0o600);
  } catch (error) {
    throw toStoreError(error);
  }
  return token;
}
