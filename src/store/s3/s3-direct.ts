import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { checkKey, checkPrefix } from '../key.js';
import type { S3Bucket } from './s3-client.js';
import { s3Code, s3Status, toS3Error } from './s3-errors.js';

/** A chunk of an unfinished object, as the store has it. */
export interface StoredChunk {
  /** From 1. */
  readonly number: number;
  readonly bytes: number;
  readonly tag: string;
}

export interface UnfinishedObject {
  readonly key: string;
  readonly upload: string;
  readonly begunMs: number;
}

export interface ReadAnswerHeaders {
  readonly fileName: string;
}

/** What others do with the bucket themselves, by URLs that the desk signs; and unfinished objects, which come in chunks. */
export class S3Direct {
  readonly #s3: S3Bucket;

  constructor(bucket: S3Bucket) {
    this.#s3 = bucket;
  }

  /** The origin that browsers read from. */
  async origin(): Promise<string> {
    return new URL(await this.readUrl('origin', 60, { fileName: 'none' })).origin;
  }

  /** Begins an object that comes in chunks; answers its upload's name. */
  async begin(key: string): Promise<string> {
    const { UploadId } = await this.#send((client) => client.send(new CreateMultipartUploadCommand(this.#place(key))));
    if (UploadId === undefined) throw toS3Error(new Error('no upload id'));
    return UploadId;
  }

  /** Where a chunk is put, with exactly so many bytes: the store refuses any other number of them. */
  async chunkUrl(key: string, upload: string, number: number, bytes: number, lifeSeconds: number): Promise<string> {
    const command = new UploadPartCommand({
      ...this.#place(key),
      UploadId: upload,
      PartNumber: number,
      ContentLength: bytes,
    });
    const options = { expiresIn: lifeSeconds, signableHeaders: new Set(['host', 'content-length']) };
    return await this.#send(() => getSignedUrl(this.#s3.publicClient, command, options));
  }

  /** The chunks that have come whole, by number; undefined: there is no such upload (any more). */
  async chunks(key: string, upload: string): Promise<StoredChunk[] | undefined> {
    const chunks: StoredChunk[] = [];
    const place = { ...this.#place(key), UploadId: upload };
    try {
      for (let marker: string | undefined; ;) {
        const more = marker === undefined ? {} : { PartNumberMarker: marker };
        const page = await this.#s3.client.send(new ListPartsCommand({ ...place, ...more }));
        for (const { PartNumber = 0, Size = 0, ETag = '' } of page.Parts ?? []) {
          chunks.push({ number: PartNumber, bytes: Size, tag: ETag });
        }
        marker = page.NextPartNumberMarker;
        if (page.IsTruncated !== true || marker === undefined) break;
      }
    } catch (error) {
      if (isUploadGone(error)) return undefined;
      throw toS3Error(error);
    }
    return chunks.sort((a, b) => a.number - b.number);
  }

  /** Makes one object of the chunks. Resolves too where that was done before and only its answer was lost. */
  async finish(key: string, upload: string, chunks: readonly StoredChunk[]): Promise<void> {
    const Parts = chunks.map(({ number, tag }) => ({ PartNumber: number, ETag: tag }));
    try {
      await this.#s3.client.send(
        new CompleteMultipartUploadCommand({ ...this.#place(key), UploadId: upload, MultipartUpload: { Parts } }),
      );
    } catch (error) {
      // Whoever goes on looks whether the object is there, and as large as it must be.
      if (!isUploadGone(error)) throw toS3Error(error);
    }
  }

  /** Throws an unfinished object away; one that is not there is fine. */
  async abort(key: string, upload: string): Promise<void> {
    try {
      await this.#s3.client.send(new AbortMultipartUploadCommand({ ...this.#place(key), UploadId: upload }));
    } catch (error) {
      if (!isUploadGone(error)) throw toS3Error(error);
    }
  }

  /** What was begun under a prefix and neither finished nor aborted. */
  unfinished(prefix: string): AsyncGenerator<UnfinishedObject> {
    checkPrefix(prefix);
    return this.#unfinished(prefix);
  }

  /** Throws away all that was begun of an object, by whomever. */
  async abortAll(key: string): Promise<void> {
    checkKey(key);
    for await (const begun of this.#unfinished(key)) if (begun.key === key) await this.abort(key, begun.upload);
  }

  async *#unfinished(prefix: string): AsyncGenerator<UnfinishedObject> {
    const { bucket, prefix: ours } = this.#s3;
    let from: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (;;) {
      const asked = { Bucket: bucket, Prefix: ours + prefix, ...from };
      const page = await this.#send((client) => client.send(new ListMultipartUploadsCommand(asked)));
      for (const { Key = '', UploadId = '', Initiated } of page.Uploads ?? []) {
        yield { key: Key.slice(ours.length), upload: UploadId, begunMs: Initiated?.getTime() ?? 0 };
      }
      const { NextKeyMarker, NextUploadIdMarker } = page;
      if (page.IsTruncated !== true || NextKeyMarker === undefined) return;
      from = {
        KeyMarker: NextKeyMarker,
        ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
      };
    }
  }

  /** Where an object is read, by somebody else, whole or by range. */
  readUrl(key: string, lifeSeconds: number, answer: ReadAnswerHeaders): Promise<string> {
    return this.#signRead(this.#s3.publicClient, key, lifeSeconds, answer);
  }

  /** The same for the desk's own use, at the address by which the desk reaches the store. */
  ownReadUrl(key: string, lifeSeconds: number): Promise<string> {
    return this.#signRead(this.#s3.client, key, lifeSeconds);
  }

  async #signRead(client: S3Client, key: string, lifeSeconds: number, answer?: ReadAnswerHeaders): Promise<string> {
    const headers =
      answer === undefined
        ? {}
        : {
            ResponseContentType: 'application/octet-stream',
            ResponseContentDisposition: `attachment; filename="${answer.fileName}"`,
            // No proxy keeps a customer's recording, and the browser's own copy would be found under no other URL.
            ResponseCacheControl: 'private, no-store, no-transform',
          };
    const command = new GetObjectCommand({ ...this.#place(key), ...headers });
    return await this.#send(() => getSignedUrl(client, command, { expiresIn: lifeSeconds }));
  }

  #place(key: string): { Bucket: string; Key: string } {
    checkKey(key);
    return { Bucket: this.#s3.bucket, Key: this.#s3.prefix + key };
  }

  async #send<T>(ask: (client: S3Client) => Promise<T>): Promise<T> {
    try {
      return await ask(this.#s3.client);
    } catch (error) {
      throw toS3Error(error);
    }
  }
}

/** Finished, aborted, or never begun: `NoSuchUpload` for AWS, `NoSuchKey` for Ceph. */
function isUploadGone(error: unknown): boolean {
  return s3Status(error) === 404 && s3Code(error) !== 'NoSuchBucket';
}
