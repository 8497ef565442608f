import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { StoreError, toStoreError } from '../errors.js';
import { checkKey, checkPrefix, isKey } from '../key.js';
import type { ObjectBody, ObjectInfo, ObjectStore } from '../object-store.js';
import type { S3Bucket } from './s3-client.js';
import { s3Code, s3Status, toS3Error } from './s3-errors.js';

/** Of writers that meet, some stores tell all but one to come again (409). */
const WRITE_TRIES = 5;

/** Objects in a bucket of AWS S3, Ceph, MinIO, R2 or any store that speaks their language. */
export class S3Store implements ObjectStore {
  readonly #s3: S3Bucket;

  constructor(bucket: S3Bucket) {
    this.#s3 = bucket;
  }

  /** Asks for one name. Rejects with `store-refused` or `store-unreachable` where the bucket cannot be used. */
  async check(): Promise<void> {
    await this.#page('', { MaxKeys: 1 });
  }

  async put(key: string, body: ObjectBody): Promise<void> {
    const place = this.#place(key);
    try {
      if (body instanceof Uint8Array) await this.#s3.client.send(new PutObjectCommand({ ...place, Body: body }));
      else await this.#putFile(place, body.file);
    } catch (error) {
      throw toS3Error(error);
    }
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    // Not only to save the bytes: a store that does not know If-None-Match would write over what is there.
    if ((await this.head(key)) !== undefined) return false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#s3.client.send(new PutObjectCommand({ ...this.#place(key), Body: bytes, IfNoneMatch: '*' }));
        return true;
      } catch (error) {
        if (s3Status(error) === 412) return await this.#isOurs(key, bytes, error);
        if (s3Status(error) !== 409 || attempt === WRITE_TRIES) throw toS3Error(error);
      }
    }
  }

  async copy(from: string, to: string): Promise<void> {
    const { bucket, prefix } = this.#s3;
    checkKey(from);
    // Keys are plain by their rule; a prefix may be anything.
    const source = `${bucket}/${prefix}${from}`.split('/').map(encodeURIComponent).join('/');
    await this.#send(() => this.#s3.client.send(new CopyObjectCommand({ ...this.#place(to), CopySource: source })));
  }

  async get(key: string, maxBytes: number): Promise<Buffer | undefined> {
    try {
      const { Body, ContentLength = 0 } = await this.#s3.client.send(new GetObjectCommand(this.#place(key)));
      const body = Body as Readable;
      if (ContentLength > maxBytes) {
        body.destroy();
        throw new StoreError('object-too-large');
      }
      return await buffer(body);
    } catch (error) {
      if (s3Code(error) === 'NoSuchKey') return undefined;
      throw toS3Error(error);
    }
  }

  async range(key: string, offset: number, length: number, signal?: AbortSignal): Promise<Readable> {
    const place = this.#place(key);
    if (length === 0) return Readable.from([]);
    const Range = `bytes=${offset}-${offset + length - 1}`;
    const options = signal === undefined ? {} : { abortSignal: signal };
    try {
      const { Body, ContentLength } = await this.#s3.client.send(new GetObjectCommand({ ...place, Range }), options);
      const body = Body as Readable;
      if (ContentLength === length) return body;
      body.destroy();
      throw new StoreError('object-missing');
    } catch (error) {
      if (s3Status(error) === 416) throw new StoreError('object-missing', { cause: error });
      throw toS3Error(error, signal);
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const found = await this.#s3.client.send(new HeadObjectCommand(this.#place(key)));
      return { key, bytes: found.ContentLength ?? 0, modifiedMs: found.LastModified?.getTime() ?? 0 };
    } catch (error) {
      if (s3Status(error) === 404) return undefined;
      throw toS3Error(error);
    }
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    for await (const { Contents = [] } of this.#pages(prefix, {})) {
      for (const { Key = '', Size = 0, LastModified } of Contents) {
        const key = Key.slice(this.#s3.prefix.length);
        // What somebody else put there, and is none of ours.
        if (isKey(key)) yield { key, bytes: Size, modifiedMs: LastModified?.getTime() ?? 0 };
      }
    }
  }

  async *keys(prefix: string): AsyncGenerator<string> {
    for await (const { key } of this.list(prefix)) yield key;
  }

  async folders(prefix: string): Promise<string[]> {
    const folders: string[] = [];
    for await (const { CommonPrefixes = [] } of this.#pages(prefix, { Delimiter: '/' })) {
      for (const { Prefix = '' } of CommonPrefixes) {
        const folder = Prefix.slice(this.#s3.prefix.length);
        if (isKey(folder.slice(0, -1))) folders.push(folder);
      }
    }
    return folders;
  }

  async delete(key: string): Promise<void> {
    const place = this.#place(key);
    await this.#send(() => this.#s3.client.send(new DeleteObjectCommand(place)));
  }

  close(): void {
    this.#s3.client.destroy();
    this.#s3.publicClient.destroy();
  }

  #place(key: string): { Bucket: string; Key: string } {
    checkKey(key);
    return { Bucket: this.#s3.bucket, Key: this.#s3.prefix + key };
  }

  async #putFile(place: { Bucket: string; Key: string }, file: string): Promise<void> {
    let size: number;
    try {
      size = (await stat(file)).size;
    } catch (error) {
      throw toStoreError(error);
    }
    const body = createReadStream(file, { highWaterMark: 1024 * 1024 });
    try {
      await this.#s3.client.send(new PutObjectCommand({ ...place, Body: body, ContentLength: size }));
    } finally {
      body.destroy();
    }
  }

  /** The SDK sends again when an answer is lost: then what is there may be what we have written. */
  async #isOurs(key: string, bytes: Uint8Array, error: unknown): Promise<boolean> {
    const attempts = (error as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1;
    if (attempts === 1) return false;
    const there = await this.get(key, Infinity);
    return there?.equals(bytes) === true;
  }

  async *#pages(prefix: string, more: { Delimiter?: string }): AsyncGenerator<ListObjectsV2CommandOutput> {
    checkPrefix(prefix);
    for (let token: string | undefined; ;) {
      const page = await this.#page(prefix, token === undefined ? more : { ...more, ContinuationToken: token });
      yield page;
      token = page.NextContinuationToken;
      if (page.IsTruncated !== true || token === undefined) return;
    }
  }

  #page(
    prefix: string,
    more: { Delimiter?: string; ContinuationToken?: string; MaxKeys?: number },
  ): Promise<ListObjectsV2CommandOutput> {
    const { client, bucket, prefix: ours } = this.#s3;
    return this.#send(() => client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: ours + prefix, ...more })));
  }

  async #send<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw toS3Error(error);
    }
  }
}
