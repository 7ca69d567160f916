"""What a CPU needs so that training is quick on it."""

import ctypes

import torch


def bfloat16_pays() -> bool:
    """A CPU without instructions for it emulates bf16, some thirty times slower than it computes in fp32."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def precision() -> torch.autocast:
    return torch.autocast("cpu", torch.bfloat16, enabled=bfloat16_pays())


def keep_memory() -> None:
    """Freed tensors stay with the process: giving large ones back and taking them again costs a page fault per 4 kB."""
    if hasattr(libc := ctypes.CDLL(None), "mallopt"):
        trim_threshold, top_pad, mmap_max = -1, -2, -4
        for option, value in ((mmap_max, 0), (trim_threshold, 2**31 - 1), (top_pad, 2**28)):
            libc.mallopt(option, value)
