import Player from 'rrweb-player';
import 'rrweb-player/dist/style.css';
import type { eventWithTime } from '@rrweb/types';

// The peer as its users run it: the whole recording fetched and given to rrweb-player.
const response = await fetch('/events.json');
const events = (await response.json()) as eventWithTime[];
const player = new Player({ target: document.body, props: { events, autoPlay: false } });
const at = new URLSearchParams(location.search).get('t');
if (at !== null) player.goto(Number(at));
