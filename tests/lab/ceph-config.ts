import { randomBytes } from 'node:crypto';

export interface CephConfigOptions {
  readonly dir: string;
  readonly fsid: string;
  readonly monitor: string;
  readonly gatewayPort: number;
}

const STORE_BYTES = 6 * 2 ** 30;
/** Placement groups of each pool: enough for one OSD, and few enough that pools are made at once. */
const GROUPS = 4;
/** Tests kill the gateway, and do not wait ten minutes. */
const LOCK_SECONDS = 15;

/** One of everything, in memory and as fast to start as it can be. See https://docs.ceph.com/en/pacific/rados/configuration/ */
export function cephConfig({ dir, fsid, monitor, gatewayPort }: CephConfigOptions): string {
  return `[global]
fsid = ${fsid}
mon host = ${monitor}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = ${dir}/keyring
run dir = ${dir}
log file = ${dir}/$name.log
admin socket = ${dir}/$name.asok
pid file = ${dir}/$name.pid
crash dir = ${dir}/crash
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = ${GROUPS}
osd pool default pgp num = ${GROUPS}
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
mon data avail warn = 2
paxos propose interval = 0.01
[mon]
mon data = ${dir}/mon
mon cluster log file = ${dir}/cluster.log
[osd]
osd data = ${dir}/osd
osd objectstore = memstore
memstore device bytes = ${STORE_BYTES}
osd op num shards = 2
osd class load list = *
osd class default list = *
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
rgw data = ${dir}/rgw
rgw thread pool size = 32
rgw run sync thread = false
rgw enable usage log = false
# A gateway that was killed while it finished an upload holds its lock for so long (10 minutes by default); until then every try fails.
rgw mp lock max time = ${LOCK_SECONDS}
rgw rados pool pg num min = ${GROUPS}
`;
}

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  'mon.': ['mon = "allow *"'],
  'client.admin': ['mon = "allow *"', 'osd = "allow *"', 'mgr = "allow *"', 'mds = "allow *"'],
  'osd.0': ['mon = "allow profile osd"', 'mgr = "allow profile osd"', 'osd = "allow *"'],
  'client.rgw': ['mon = "allow rw"', 'osd = "allow rwx"', 'mgr = "allow rw"'],
};

export function cephKeyring(): string {
  return Object.entries(MEMBERS)
    .map(([name, caps]) => `[${name}]\n\tkey = ${cephKey()}\n${caps.map((one) => `\tcaps ${one}\n`).join('')}`)
    .join('');
}

/** Type 1 (AES), seconds and nanoseconds of its making, length, 16 random bytes. */
function cephKey(): string {
  const key = Buffer.alloc(28);
  key.writeUInt16LE(1, 0);
  key.writeUInt32LE(Math.floor(Date.now() / 1000), 2);
  key.writeUInt16LE(16, 10);
  randomBytes(16).copy(key, 12);
  return key.toString('base64');
}
