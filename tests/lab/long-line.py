"""A long line between two network namespaces: every packet takes its time, and some never arrive.

long-line.py NAMESPACE INTERFACE CIDR NAMESPACE INTERFACE CIDR DELAY_MS LOSS_PERCENT

A TUN device on either end; for kernels without netem. Says "ready" when both are up, and ends with its standard input.
"""

import collections
import fcntl
import os
import random
import select
import struct
import subprocess
import sys
import time

# linux/if_tun.h
TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000


def end_of(number, namespace, interface, cidr):
    """A TUN device within that namespace."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    name = f"line{os.getpid() % 1000000}{number}"
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "link", "set", name, "netns", namespace, "name", interface], check=True)
    subprocess.run(["ip", "-n", namespace, "addr", "add", cidr, "dev", interface], check=True)
    subprocess.run(["ip", "-n", namespace, "link", "set", interface, "up"], check=True)
    return device


def main():
    a = end_of(0, *sys.argv[1:4])
    b = end_of(1, *sys.argv[4:7])
    delay = float(sys.argv[7]) / 1000
    loss = float(sys.argv[8]) / 100
    other = {a: b, b: a}
    # All take equally long, so whoever comes first leaves first.
    waiting = collections.deque()
    poll = select.epoll()
    for source in (a, b, sys.stdin.fileno()):
        poll.register(source, select.EPOLLIN)
    print("ready", flush=True)
    while True:
        timeout = max(0, waiting[0][0] - time.monotonic()) if waiting else -1
        for source, _ in poll.poll(timeout):
            if source == sys.stdin.fileno():
                return
            packet = os.read(source, 65536)
            if random.random() >= loss:
                waiting.append((time.monotonic() + delay, other[source], packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, target, packet = waiting.popleft()
            try:
                os.write(target, packet)
            except OSError:
                pass  # The other end is full or down: one more that does not arrive.


main()
