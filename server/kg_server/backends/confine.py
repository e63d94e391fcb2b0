"""What a query process gives up before it reads its first query (Linux).

Each step is taken where the system lets it: `confine` says which of them hold, for `/health`.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_SECCOMP_MODE_FILTER = 2
_CLONE_NEWNET = 0x40000000

# Classic BPF (linux/filter.h): load a word of the call's data, jump if equal, return a verdict.
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 1  # EPERM
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4

# linux/audit.h and the call tables: socket, connect, execve, execveat, ptrace, and io_uring_setup (opens sockets too).
_ARCHITECTURES = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 425)),
}
_CALLS = ("socket", "connect", "execve", "execveat", "ptrace", "io_uring_setup")
_SOCKETS, _ESCAPES = frozenset(_CALLS[:2]), frozenset(_CALLS[2:])
# linux/landlock.h; the numbers of these calls are the same on every architecture.
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_LANDLOCK_VERSION, _LANDLOCK_WITH_PORTS = 1, 4
_LANDLOCK_NET_PORT, _LANDLOCK_BIND, _LANDLOCK_CONNECT = 2, 1, 2
# The x32 table shares x86-64's architecture under other numbers.
_X32_FROM = 0x40000000


def die_with(parent: int) -> None:
    """End this process when the thread that started it ends.

    Args:
        parent: the process that started this one; if it has gone already, this one ends at once.
    """
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


def limit_resources(data_bytes: int, file_bytes: int) -> None:
    """Limit memory and the size of files, and forbid core dumps.

    Args:
        data_bytes: private writable memory. Not the address space, of which RocksDB and the allocator reserve far more
            than they touch (docs/decisions/0013).
        file_bytes: the longest file.
    """
    for what, most in (
        (resource.RLIMIT_DATA, data_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_bytes),
    ):
        hard = resource.getrlimit(what)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


def allow_cpu(seconds: int) -> None:
    """Let this process compute so many seconds from now; then the kernel ends it (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def shut_egress() -> str:
    """Close the ways out of this process and of what it might start.

    Returns:
        What holds from now on: `no sockets` (a seccomp filter refuses them), `no network` (a network namespace of its
        own, where filters are not to be had), or nothing where the system permits neither.
    """
    if sys.platform != "linux":
        return ""
    libc = _libc()
    if _refuse_calls(libc, _SOCKETS | _ESCAPES):
        return "no sockets"
    return "no network" if libc.unshare(_CLONE_NEWNET) == 0 else ""


def narrow_egress(open_ports: Sequence[int]) -> str:
    """Leave only TCP connections to some ports, whatever the host, and none to anybody who asks in.

    Names are still looked up (UDP). Nothing that is started here escapes: starting programs is refused.

    Returns:
        What holds from now on, for `/health`: `TCP to port 443` (Landlock, Linux 6.7 and newer), or nothing.
    """
    if sys.platform != "linux":
        return ""
    libc = _libc()
    _refuse_calls(libc, _ESCAPES)
    if not _only_ports(libc, open_ports):
        return ""
    return "TCP to port " + ", ".join(map(str, open_ports))


def _only_ports(libc: ctypes.CDLL, open_ports: Sequence[int]) -> bool:
    libc.syscall.restype = ctypes.c_long
    if libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_VERSION) < _LANDLOCK_WITH_PORTS:
        return False
    # struct landlock_ruleset_attr: handled_access_fs, handled_access_net; landlock_net_port_attr: what, port.
    attributes = struct.pack("QQ", 0, _LANDLOCK_BIND | _LANDLOCK_CONNECT)
    rules = libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        return False
    try:
        for port in open_ports:
            rule = struct.pack("QQ", _LANDLOCK_CONNECT, port)
            if libc.syscall(_LANDLOCK_ADD_RULE, rules, _LANDLOCK_NET_PORT, rule, 0) != 0:
                return False
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return False
        return bool(libc.syscall(_LANDLOCK_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _refuse_calls(libc: ctypes.CDLL, names: frozenset[str]) -> bool:
    machine = _ARCHITECTURES.get(platform.machine())
    if machine is None:
        return False
    architecture, numbers = machine
    refused = [number for name, number in zip(_CALLS, numbers, strict=True) if name in names]
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_AT_LEAST, len(refused) + 1, 0, _X32_FROM),
        *((_JUMP_EQUAL, len(refused) - place, 0, number) for place, number in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in program))
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    # Without the right to gain privileges a filter needs none to be set (seccomp(2)).
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
