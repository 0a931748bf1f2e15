"""The load generator: wrk with a Lua script, or, where wrk is missing, a small asyncio client.

Both run as a process of their own beside the server, cycle through the same bodies and give the
same numbers: ``python -m eval.bench.load URL BODIES CONNECTIONS SECONDS OFFSET`` is the second.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

from eval.bench.types import BenchError, Load

_LUA = Path(__file__).with_name("load.lua")
_ROOT = _LUA.parent.parent.parent
_GRACE = 30


def generator() -> str:
    """The name of the generator that will be used."""
    return "wrk" if shutil.which("wrk") else "asyncio"


def fire(url: str, bodies: Path, *, connections: int, seconds: float, offset: int) -> Load:
    """Keep ``connections`` busy for ``seconds``; ``bodies`` is a file with one body a line.

    ``offset`` is the first body, so that rounds need not repeat each other's questions.
    """
    use_wrk = generator() == "wrk"
    command = (
        _wrk(url, bodies, connections, seconds, offset)
        if use_wrk
        else _own(url, bodies, connections, seconds, offset)
    )
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds + _GRACE, check=False, cwd=_ROOT
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise BenchError(f"压测程序失败：{(done.stderr or done.stdout)[-400:]}")
    load = Load(**json.loads(lines[-1]))
    if load.errors:
        raise BenchError(f"{url} 有 {load.errors} 个请求失败，数字不可用")
    return load


def _wrk(url: str, bodies: Path, connections: int, seconds: float, offset: int) -> list[str]:
    options = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
    return ["wrk", *options, "-s", str(_LUA), url, "--", str(bodies), str(offset)]


def _own(url: str, bodies: Path, connections: int, seconds: float, offset: int) -> list[str]:
    values = [url, str(bodies), str(connections), str(seconds), str(offset)]
    return [sys.executable, "-m", "eval.bench.load", *values]


async def drive(
    url: str, bodies: list[bytes], connections: int, seconds: float, offset: int
) -> Load:
    """What wrk does, in Python: each connection asks the next body as soon as it is answered."""
    where = urlsplit(url)
    head = f"POST {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n".encode()
    following = islice(cycle(bodies), offset % len(bodies), None)
    times: list[float] = []
    errors = 0
    begun = time.perf_counter()

    async def connection() -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        for body in _until(following, begun + seconds):
            sent = time.perf_counter()
            writer.write(head + _rest(body))
            ok = await _answered(reader)
            times.append((time.perf_counter() - sent) * 1000)
            errors += not ok
        writer.close()

    await asyncio.gather(*(connection() for _ in range(connections)))
    spent = time.perf_counter() - begun
    times.sort()
    return Load(
        requests=len(times),
        seconds=spent,
        errors=errors,
        p50_ms=times[len(times) // 2],
        p99_ms=times[min(len(times) - 1, int(len(times) * 0.99))],
    )


def _until(following: Iterator[bytes], end: float) -> Iterator[bytes]:
    while time.perf_counter() < end:
        yield next(following)


def _rest(body: bytes) -> bytes:
    return b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def _answered(reader: asyncio.StreamReader) -> bool:
    """Read one response with a Content-Length; whether its status is 200."""
    header = await reader.readuntil(b"\r\n\r\n")
    length = header.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
    return header.startswith(b"HTTP/1.1 200")


def main(url: str, bodies: str, connections: str, seconds: str, offset: str) -> None:
    """Drive the load and print the numbers as one line of JSON."""
    lines = Path(bodies).read_bytes().splitlines()
    load = asyncio.run(drive(url, lines, int(connections), float(seconds), int(offset)))
    values = {name: getattr(load, name) for name in Load.__dataclass_fields__}
    print(json.dumps(values))


if __name__ == "__main__":
    main(*sys.argv[1:])
