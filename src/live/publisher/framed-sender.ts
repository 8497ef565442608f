export { FramedSender, type SendingChannel } from '../framed-sender.js';
