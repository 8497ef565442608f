export { FramedSender } from '../framed-sender.js';
