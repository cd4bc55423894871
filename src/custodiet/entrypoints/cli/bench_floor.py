"""What this machine does at best: what everything else is to be held against."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile
from time import perf_counter, process_time

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from custodiet.entrypoints.cli.bench_handshake import handshake_us

_TIMES = 50
_ROUNDS = 5


def floor() -> dict[str, int]:
    """A durable page, a new TLS connection, and what a CPU second hashes, copies, and seals at 1 kB; medians."""
    block, page, key, nonce = bytes(1 << 20), bytes(1024), AESGCM(bytes(32)), bytes(12)
    return {
        "fdatasync_us": round(_durable_page_s() * 1e6),
        "sha256_mb_per_s": round(_times_per_cpu_s(lambda: sha256(block).digest(), 64)),
        "copy_mb_per_s": round(_times_per_cpu_s(lambda: bytearray(block), 512)),
        "tls_handshake_us": handshake_us(),
        "aes_gcm_1kb_mb_per_s": round(_times_per_cpu_s(lambda: key.encrypt(nonce, page, None), 50_000) / 1024),
    }


def _durable_page_s() -> float:
    with NamedTemporaryFile(dir=Path.cwd()) as file:
        taken = []
        for _ in range(_TIMES):
            os.write(file.fileno(), bytes(4096))
            began = perf_counter()
            os.fdatasync(file.fileno())
            taken.append(perf_counter() - began)
    return median(taken)


def _times_per_cpu_s(do: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(_ROUNDS):
        began = process_time()
        for _ in range(times):
            do()
        taken.append(times / (process_time() - began))
    return median(taken)
