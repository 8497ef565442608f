import { record } from 'rrweb';

record({ emit: () => undefined });
