"""A network with nothing in it but the loopback interface, and what the kernel counts there (Linux)."""

from __future__ import annotations

import ctypes
import fcntl
import socket
import struct
import sys
from pathlib import Path

_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1
_LISTENING = "0A"


def leave_the_network() -> bool:
    """Put this process, and what it starts, where only this machine can be reached; whether that could be done."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0 and libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
    return True


def attempts_to_leave() -> int:
    """Packets of this network that found no way out, since it was made."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")]
    names, values = lines
    found = int(values[names.index("OutNoRoutes")])
    six = Path("/proc/net/snmp6")
    if six.exists():
        table = dict(line.split() for line in six.read_text().splitlines())
        found += int(table.get("Ip6OutNoRoutes", "0"))
    return found


def sockets_abroad(processes: set[int]) -> set[str]:
    """Remote ends, other than this machine, of TCP and UDP sockets that these processes hold."""
    held = set()
    for process in processes:
        try:
            held |= {str(each.readlink()) for each in Path(f"/proc/{process}/fd").iterdir()}
        except OSError:
            # It ended between two looks.
            continue
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        path = Path("/proc/net") / table
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            cells = line.split()
            remote, state, inode = cells[2].partition(":")[0], cells[3], cells[9]
            if f"socket:[{inode}]" in held and state != _LISTENING and not _is_local(remote):
                found.add(f"{table} {cells[2]}")
    return found


def _is_local(address: str) -> bool:
    # Words in the machine's order: 127.0.0.1 is 0100007F; no address at all is a socket that is not connected.
    return int(address, 16) == 0 or address[-2:] == "7F" or address == "00000000000000000000000001000000"
