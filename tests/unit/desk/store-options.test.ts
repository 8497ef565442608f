import { describe, expect, it } from 'vitest';
import { s3Options } from '../../../src/desk/store-options.js';

describe('a store is named', () => {
  it('by its bucket, and by what all keys begin with', () => {
    expect(s3Options({ store: 's3://reports' })).toEqual({
      bucket: 'reports',
      prefix: '',
      region: 'us-east-1',
      pathStyle: false,
    });
    for (const store of ['s3://reports/team-a/eu', 's3://reports/team-a/eu/']) {
      expect(s3Options({ store, region: 'eu-central-1', pathStyle: true })).toMatchObject({
        bucket: 'reports',
        prefix: 'team-a/eu/',
        region: 'eu-central-1',
        pathStyle: true,
      });
    }
  });

  it('by addresses that are reached by TLS, or on this machine', () => {
    const named = {
      store: 's3://reports',
      endpoint: 'http://127.0.0.1:7480',
      publicEndpoint: 'https://s3.example.org/',
    };
    expect(s3Options(named)).toMatchObject({
      endpoint: 'http://127.0.0.1:7480',
      publicEndpoint: 'https://s3.example.org',
    });
  });

  it.each([
    '',
    'reports',
    's3:/reports',
    's3://',
    's3://ab',
    's3://Reports',
    's3://re_ports',
    's3://reports//x',
    's3://reports/../x',
    's3://reports/a b',
    's3://user:secret@reports',
    'https://reports',
  ])('and not by %j', (store) => {
    expect(() => s3Options({ store })).toThrow(expect.objectContaining({ code: 'store-invalid' }) as Error);
  });

  it.each([
    'http://s3.example.org',
    'https://s3.example.org/path',
    'https://user:secret@s3.example.org',
    'ftp://s3.example.org',
    's3.example.org',
    '',
  ])('and not at %j', (endpoint) => {
    const store = 's3://reports';
    for (const named of [{ endpoint }, { publicEndpoint: endpoint }]) {
      expect(() => s3Options({ store, ...named })).toThrow(expect.objectContaining({ code: 'store-invalid' }) as Error);
    }
    expect(() => s3Options({ store, region: 'eu central' })).toThrow();
  });
});
