"""Installs the system call filter that forbids new processes and new programs, before any code of the user's is imported."""

import ctypes

PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
INSTRUCTION_BYTES = 8


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def install(instructions):
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    program = Program(len(instructions) // INSTRUCTION_BYTES, ctypes.cast(buffer, ctypes.c_void_p))
    word = ctypes.c_ulong
    for arguments in (
        (PR_SET_NO_NEW_PRIVS, word(1), word(0), word(0), word(0)),
        (PR_SET_SECCOMP, word(SECCOMP_MODE_FILTER), ctypes.byref(program), word(0), word(0)),
    ):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
