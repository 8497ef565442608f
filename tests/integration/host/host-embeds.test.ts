import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startApp, type AppDouble } from './app-double.js';
import { PanelDouble, WindowDouble } from './documents.js';
import { ask } from './requests.js';

const apps: AppDouble[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});
async function start(...options: Parameters<typeof startApp>): Promise<AppDouble> {
  const app = await startApp(...options);
  apps.push(app);
  return app;
}

describe('a host in an app’s own server', () => {
  it('leaves every other request to the app, and puts each origin on a thread of its own', async () => {
    const app = await start();
    const answer = await ask(`${app.origin}/work?x=1`);
    expect(answer.body.toString()).toContain('/work?x=1');
    expect(answer.headers['origin-agent-cluster']).toBe('?1');
    expect((await ask(`${app.origin}/__fluxrecs/recorder/hello`)).status).toBe(200);
  });

  it('takes its own requests before listeners that the app adds later, plain and upgrade', async () => {
    const app = await start();
    const seen: string[] = [];
    app.server.on('request', (request) => seen.push(`request ${request.url ?? ''}`));
    const sockets = new WebSocketServer({ noServer: true });
    app.server.on('upgrade', (request, socket, head) => {
      seen.push(`upgrade ${request.url ?? ''}`);
      sockets.handleUpgrade(request, socket, head, (channel) => {
        channel.send('of the app');
      });
    });
    const window = await WindowDouble.open(app.origin);
    const own = new WebSocket(`${app.origin.replace('http', 'ws')}/notices`);
    const [message] = (await once(own, 'message')) as [Buffer];
    expect(message.toString()).toBe('of the app');
    expect(seen).toEqual(['upgrade /notices']);
    own.close();
    window.channel.close();
  });

  it('answers an upgrade that the app does not take as the app answered it before', async () => {
    const app = await start();
    const answer = await ask(`${app.origin}/plain`, { headers: { Connection: 'Upgrade', Upgrade: 'h2c' } });
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toContain('/plain');
  });

  it('steps aside when it is closed', async () => {
    const app = await start();
    await app.host.close();
    expect((await ask(`${app.origin}/__fluxrec/recorder/clock`, { method: 'POST' })).body.toString()).toContain('app');
    await app.restart();
    await WindowDouble.open(app.origin);
  });

  it('takes another port for the panel when the preferred one is taken', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;
    const first = await start();
    await first.restart({ panel: { port, documentDir: `${first.dir}/renderer` } });
    expect(Number(new URL(first.host.panelUrl).port)).toBeGreaterThan(port);
    await PanelDouble.open(first.host.panelUrl);
    blocker.close();
  });

  it('refuses a second host in the same folder, and a desk to which reports would travel readable', async () => {
    const app = await start();
    await expect(app.restart({ desk: { url: 'http://desk.example' } })).rejects.toMatchObject({ code: 'desk-url' });
    await app.restart({ desk: { url: 'https://desk.example' } });
  });
});

describe('one session', () => {
  it('holds several windows, reloads and restarts of the host', async () => {
    const app = await start();
    const a = await WindowDouble.open(app.origin);
    const b = await WindowDouble.open(app.origin);
    expect(b.hello.session).toEqual(a.hello.session);
    expect(b.hello.window).not.toBe(a.hello.window);

    a.channel.close();
    const reloaded = await WindowDouble.open(app.origin, a.hello.window);
    expect(reloaded.hello.window).toBe(a.hello.window);
    expect(reloaded.hello.source).not.toBe(a.hello.source);

    const before = (await b.call('clock', {})).value as { sessionMs: number };
    await app.restart();
    // The window lived through it: its capability still holds, and the session's clock went on.
    const after = (await b.call('clock', {})).value as { sessionMs: number };
    expect(after.sessionMs).toBeGreaterThan(before.sessionMs);
    expect(after.sessionMs - before.sessionMs).toBeLessThan(10_000);
    await b.connect();
    const c = await WindowDouble.open(app.origin);
    expect(c.hello.session).toEqual(a.hello.session);
    expect(new Set([a, b, reloaded, c].map(({ hello }) => hello.source)).size).toBe(4);
  });

  it('begins anew when the host was away for longer than anything is kept', async () => {
    const app = await start({ settings: { maxAgeMs: 1000 } });
    const before = await WindowDouble.open(app.origin);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await app.restart();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(app.host.session.id).toBe(before.hello.session.id);
    await app.host.close();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await app.restart();
    expect(app.host.session.id).not.toBe(before.hello.session.id);
    await expect(before.call('clock', {})).rejects.toThrow('401 capability-refused');
  });

  it('makes a copied tab a window of its own', async () => {
    const app = await start();
    const tab = await WindowDouble.open(app.origin);
    const copy = await WindowDouble.open(app.origin, tab.hello.window);
    expect(copy.hello.window).not.toBe(tab.hello.window);
    const invented = await WindowDouble.open(app.origin, 'w999');
    expect(invented.hello.window).not.toBe('w999');
  });

  it('does not fill up with documents that a page in a loop loads', async () => {
    const app = await start();
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => WindowDouble.sayHello(app.origin)));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length).toBeGreaterThan(20);
    expect(String((refused[0] as PromiseRejectedResult).reason)).toContain('too-many-windows');
  });
});
