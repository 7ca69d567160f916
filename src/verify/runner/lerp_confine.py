"""Takes rights away from this process for good: a system call filter, a Landlock layer. Also who is told to kill it."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
INSTRUCTION_BYTES = 8
# the same numbers on every architecture
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
RULE_PATH_BENEATH = 1
# of all rights, those that a rule on a single file may hold
FILE_RIGHTS = 0b1100_0000_0000_0111

libc = ctypes.CDLL(None, use_errno=True)
word = ctypes.c_ulong


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def _done(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _prctl(number, argument, pointer=None):
    last = word(0) if pointer is None else pointer
    _done(libc.prctl(number, word(argument), last, word(0), word(0)), "prctl")


def install(instructions):
    """Installs a filter, given as BPF instructions."""
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    program = Program(len(instructions) // INSTRUCTION_BYTES, ctypes.cast(buffer, ctypes.c_void_p))
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program))


def for_process(instructions, placeholder, number):
    """The filter with the placeholder, and its negative, replaced by the process's number."""
    mask = 0xFFFF_FFFF
    values = {placeholder: number, -placeholder & mask: -number & mask}
    out = bytearray(instructions)
    for at in range(4, len(out), INSTRUCTION_BYTES):
        value = int.from_bytes(out[at : at + 4], "little")
        if value in values:
            out[at : at + 4] = values[value].to_bytes(4, "little")
    return bytes(out)


def die_with_parent():
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def restrict(layer, read, write):
    """One more Landlock layer: `read` can be read, `write` written too, nothing else but what the layer names."""
    attribute = b"".join(number.to_bytes(8, "little") for number in layer["attribute"])
    ruleset = _done(libc.syscall(CREATE_RULESET, attribute, word(len(attribute)), word(0)), "landlock_create_ruleset")
    try:
        for paths, rights in (
            (layer["read_paths"], layer["read"]),
            (read, layer["read"]),
            (layer["device_paths"], layer["device"]),
            (write, layer["write"]),
        ):
            for path in paths:
                _allow(ruleset, path, rights)
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        _done(libc.syscall(RESTRICT_SELF, word(ruleset), word(0)), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def _allow(ruleset, path, rights):
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        # not there, so there is nothing to allow
        return
    try:
        if not os.path.isdir(path):
            rights &= FILE_RIGHTS
        rule = rights.to_bytes(8, "little") + descriptor.to_bytes(4, "little", signed=True)
        _done(libc.syscall(ADD_RULE, word(ruleset), RULE_PATH_BENEATH, rule, word(0)), f"landlock_add_rule {path}")
    finally:
        os.close(descriptor)
