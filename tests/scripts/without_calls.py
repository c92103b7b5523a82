"""Run a program of this Python to which the kernel refuses a call, as containers do.

without_calls.py NUMBER PROGRAM ARGS: the number of the system call on this machine.
"""

import ctypes
import os
import struct
import sys

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050001  # with EPERM


def main() -> None:
    number = int(sys.argv[1])
    steps = (
        *((LOAD, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1, number)),
        *((RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *s) for s in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    assert prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    assert prctl(PR_SET_SECCOMP, MODE_FILTER, program, 0, 0) == 0
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])


if __name__ == "__main__":
    main()
