import { buildScene, exposeChanges } from './live-scene.js';
import { exposeShown, watchVideo, type Watched } from './live-shown.js';
import { exposeTraffic } from './live-traffic.js';

// The peer's two windows: RTCPeerConnection and getDisplayMedia as their documentation shows them, everything else the browser's default.

exposeTraffic();
const connection = new RTCPeerConnection();
const isSharing = new URLSearchParams(location.search).has('share');
let watched: Watched | undefined;

async function gathered(): Promise<string> {
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 10));
  return JSON.stringify(connection.localDescription);
}

function read(description: string): RTCSessionDescriptionInit {
  return JSON.parse(description) as RTCSessionDescriptionInit;
}

if (isSharing) {
  buildScene();
  exposeChanges();
  const button = document.createElement('button');
  button.textContent = 'Share';
  button.style.cssText = 'position: fixed; right: 24px; top: 8px; z-index: 2';
  button.onclick = () => {
    const options: DisplayMediaStreamOptions & { preferCurrentTab: boolean } = { video: true, preferCurrentTab: true };
    void navigator.mediaDevices.getDisplayMedia(options).then((stream) => {
      button.remove();
      for (const track of stream.getTracks()) connection.addTrack(track, stream);
    });
  };
  document.body.append(button);
} else {
  exposeShown(() => watched);
  connection.ontrack = ({ streams }) => {
    const video = document.createElement('video');
    video.style.cssText = 'position: fixed; inset: 0; width: 100%; height: 100%; object-fit: contain';
    video.muted = true;
    video.autoplay = true;
    video.srcObject = streams[0] ?? null;
    document.body.append(video);
    watched = watchVideo(video);
  };
}

export interface RawPage {
  isShared(): boolean;
  offer(): Promise<string>;
  answer(offer: string): Promise<string>;
  accept(answer: string): Promise<void>;
}

const page: RawPage = {
  isShared: () => connection.getSenders().length > 0,
  offer: gathered,
  async answer(offer) {
    await connection.setRemoteDescription(read(offer));
    return await gathered();
  },
  accept: (answer) => connection.setRemoteDescription(read(answer)),
};
Object.assign(globalThis, { liveRaw: page });
