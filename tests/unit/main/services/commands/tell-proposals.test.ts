import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Audience } from '../../../../../src/main/services/audience.js';
import { tellProposals } from '../../../../../src/main/services/commands/tell-proposals.js';
import type { Proposals } from '../../../../../src/main/services/commands/proposals.js';
import type { PanelContract, RecorderContract } from '../../../../../src/shared/protocol/host.js';

const denyLookedAt = vi.fn(() => Promise.resolve());
let panels: Audience<PanelContract>;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  denyLookedAt.mockClear();
  panels = new Audience();
  const proposals = { pending: 0, list: () => [], onChange: () => () => undefined, denyLookedAt };
  const others = { pending: () => 0, onChange: () => undefined };
  stop = tellProposals(proposals as unknown as Proposals, panels, new Audience<RecorderContract>(), others);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

it('when the last panel is closed, what was in it is denied', async () => {
  const leaveFirst = panels.join('1', () => undefined);
  const leaveSecond = panels.join('2', () => undefined);
  leaveFirst();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(denyLookedAt).not.toHaveBeenCalled();
  leaveSecond();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(denyLookedAt).toHaveBeenCalledTimes(1);
});

it('a panel that is loaded anew was not closed', async () => {
  const leave = panels.join('1', () => undefined);
  leave();
  await vi.advanceTimersByTimeAsync(3000);
  panels.join('2', () => undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(denyLookedAt).not.toHaveBeenCalled();
});

it('a host that is closed denies nothing: it may be back at once', async () => {
  const leave = panels.join('1', () => undefined);
  leave();
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(denyLookedAt).not.toHaveBeenCalled();
});
