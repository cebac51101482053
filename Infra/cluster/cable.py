"""A bad cable: `python3 -m cluster.cable ONE OTHER MILLISECONDS PER_CENT` carries frames between two interfaces, each late, some
never. The kernel's own way to do this, netem, is missing from many a machine's kernel."""

import collections
import random
import select
import socket
import sys
import time

SOL_PACKET, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 263, 15, 23
EVERY_PROTOCOL = 0x0003


def opened(interface):
    """Frames with what the kernel left to the card to do (checksums, cutting into packets), so that it still is."""
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL))
    end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    end.bind((interface, 0))
    end.setblocking(False)
    return end


def carry(one, other, delay, loss):
    ends = {one: other, other: one}
    late = collections.deque()
    while True:
        wait = max(0.0, late[0][0] - time.monotonic()) if late else 1.0
        readable, _, _ = select.select(list(ends), [], [], wait)
        for end in readable:
            while True:
                try:
                    frame = end.recv(1 << 17)
                except BlockingIOError:
                    break
                if random.random() >= loss:
                    late.append((time.monotonic() + delay, ends[end], frame))
        now = time.monotonic()
        while late and late[0][0] <= now:
            _, end, frame = late.popleft()
            try:
                end.send(frame)
            except OSError:
                # No room: lost, as on a real one.
                continue


def main():
    one, other, milliseconds, per_cent = sys.argv[1:]
    carry(opened(one), opened(other), float(milliseconds) / 1000, float(per_cent) / 100)


if __name__ == "__main__":
    main()
