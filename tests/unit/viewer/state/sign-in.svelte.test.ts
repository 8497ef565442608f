import { describe, expect, it, vi } from 'vitest';
import { DeskError } from '../../../../src/viewer/sources/desk-client.js';
import { SignIn, takeCode } from '../../../../src/viewer/state/sign-in.svelte.js';

const signedOut = new DeskError('desk-signed-out', 'Sign in.', { status: 401 });

function deskDouble() {
  return {
    whoAmI: vi.fn<() => Promise<string>>().mockResolvedValue('Ines'),
    signIn: vi.fn<(proof: object, name?: string) => Promise<string>>().mockResolvedValue('Ines'),
    signOut: vi.fn<() => Promise<void>>().mockResolvedValue(),
  };
}

function memoryDouble(): Map<string, string> & {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
} {
  const map = new Map<string, string>();
  return Object.assign(map, {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  });
}

describe('at the start', () => {
  it('is signed in by the cookie', async () => {
    const desk = deskDouble();
    const signIn = new SignIn(desk);
    expect(signIn.state.name).toBe('checking');
    await signIn.start();
    expect(signIn.state).toEqual({ name: 'signed-in', technician: 'Ines' });
    expect(desk.signIn).not.toHaveBeenCalled();
  });

  it('uses the one-time code of the link, with the name that was given before', async () => {
    const desk = deskDouble();
    const memory = memoryDouble();
    memory.set('fluxrec-technician', 'Ines Hart');
    await new SignIn(desk, memory).start('once');
    expect(desk.signIn).toHaveBeenCalledWith({ code: 'once' }, 'Ines Hart');
  });

  it('goes on by the cookie when a link is opened twice', async () => {
    const desk = deskDouble();
    desk.signIn.mockRejectedValue(signedOut);
    const signIn = new SignIn(desk);
    await signIn.start('used');
    expect(signIn.isSignedIn).toBe(true);
  });

  it('says that a code is used up', async () => {
    const desk = deskDouble();
    desk.signIn.mockRejectedValue(signedOut);
    desk.whoAmI.mockRejectedValue(signedOut);
    const signIn = new SignIn(desk);
    await signIn.start('used');
    expect(signIn.state).toMatchObject({ name: 'signed-out', why: 'code-refused' });
  });

  it.each([
    ['desk-absent', { name: 'no-desk' }],
    ['desk-unreachable', { name: 'unreachable' }],
    ['desk-signed-out', { name: 'signed-out', why: 'first' }],
  ] as const)('%s', async (code, state) => {
    const desk = deskDouble();
    desk.whoAmI.mockRejectedValue(new DeskError(code, 'No.'));
    const signIn = new SignIn(desk);
    await signIn.start();
    expect(signIn.state).toMatchObject(state);
  });
});

describe('by token', () => {
  it('remembers the name, tells who waits, and forgets nothing when the token is wrong', async () => {
    const desk = deskDouble();
    const memory = memoryDouble();
    const signIn = new SignIn(desk, memory);
    await signIn.start();
    const heard = vi.fn();
    const stop = signIn.onSignedIn(heard);
    signIn.expire();
    expect(signIn.state).toMatchObject({ name: 'signed-out', why: 'expired' });

    desk.signIn.mockRejectedValueOnce(new DeskError('desk-signed-out', 'This is not the token.'));
    await signIn.signIn(' wrong ', 'Ines');
    expect(signIn.state).toMatchObject({
      name: 'signed-out',
      why: 'expired',
      error: { message: 'This is not the token.' },
    });
    expect(heard).not.toHaveBeenCalled();

    await signIn.signIn(' token ', ' Ines Hart ');
    expect(desk.signIn).toHaveBeenLastCalledWith({ token: 'token' }, 'Ines Hart');
    expect(signIn.isSignedIn).toBe(true);
    expect(memory.get('fluxrec-technician')).toBe('Ines Hart');
    expect(heard).toHaveBeenCalledOnce();
    stop();
    await signIn.signIn('token', '');
    expect(heard).toHaveBeenCalledOnce();
  });

  it('leaves, also when the desk does not hear of it', async () => {
    const desk = deskDouble();
    desk.signOut.mockRejectedValue(new DeskError('desk-unreachable', 'Away.'));
    const signIn = new SignIn(desk);
    await signIn.start();
    await signIn.signOut();
    expect(signIn.state).toMatchObject({ name: 'signed-out', why: 'left' });
    signIn.expire();
    expect(signIn.state).toMatchObject({ why: 'left' });
  });
});

describe('the code in the address', () => {
  function windowAt(hash: string) {
    const replaced: string[] = [];
    const history = {
      replaceState: (_: unknown, __: string, url?: string | URL | null) => void replaced.push(String(url)),
    };
    return { replaced, window: { location: { hash, pathname: '/', search: '' }, history } };
  }

  it('is taken out at once', () => {
    const { window, replaced } = windowAt('#code=a%2Bb');
    expect(takeCode(window)).toBe('a+b');
    expect(replaced).toEqual(['/#/']);
  });

  it('leaves the place that follows it', () => {
    const { window, replaced } = windowAt('#code=abc&/reports/x?t=5');
    expect(takeCode(window)).toBe('abc');
    expect(replaced).toEqual(['/#/reports/x?t=5']);
  });

  it('is not seen where there is none, and a broken one breaks nothing', () => {
    expect(takeCode(windowAt('#/reports/x').window)).toBeUndefined();
    expect(takeCode(windowAt('#code=%E0%A4%A').window)).toBe('%E0%A4%A');
  });
});
