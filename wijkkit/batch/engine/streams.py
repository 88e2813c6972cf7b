"""What a notebook prints: Python's streams, and what goes past them to file descriptors 1 and 2."""

from __future__ import annotations

import io
import os
import sys
import threading
import uuid
from collections.abc import Callable


class OutputLimitError(RuntimeError):
    """A notebook printed more than it may."""


class CapturedStream(io.TextIOBase):
    """One of ``sys.stdout`` and ``sys.stderr``: holds what is written until it is flushed.

    Parameters
    ----------
    name : str
        ``stdout`` or ``stderr``.
    emit : callable
        Receives the name and the text of each flush.
    limit : int
        Characters that may be written; one more raises OutputLimitError.
    """

    encoding = "UTF-8"

    def __init__(self, name: str, emit: Callable[[str, str], None], limit: int):
        self.name = name
        self._emit = emit
        self._left = limit
        self._held: list[str] = []
        self._lock = threading.RLock()

    def writable(self) -> bool:
        return True

    def write(self, string: str) -> int:
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        with self._lock:
            self._left -= len(string)
            if self._left < 0:
                raise OutputLimitError(f"the notebook wrote too much to {self.name}")
            self._held.append(string)
        return len(string)

    def flush(self) -> None:
        with self._lock:
            text, self._held = "".join(self._held), []
        if text:
            self._emit(self.name, text)


class DescriptorCapture:
    """Lead file descriptors 1 and 2 into Python's streams, for what C code and programs print."""

    def __init__(self, streams: dict[int, CapturedStream]):
        self._streams = streams
        self._arrived = {fd: threading.Event() for fd in streams}
        self._marker = uuid.uuid4().hex.encode()
        self.overflow = False
        for fd, stream in streams.items():
            read, write = os.pipe()
            os.dup2(write, fd)
            os.close(write)
            threading.Thread(target=self._copy, args=(read, fd, stream), daemon=True).start()

    def drain(self, seconds: float = 5.0) -> None:
        """Wait until everything written so far has reached the streams."""
        for fd, arrived in self._arrived.items():
            arrived.clear()
            try:
                os.write(fd, self._marker)
            except OSError:  # the notebook closed it
                arrived.set()
        for arrived in self._arrived.values():
            arrived.wait(seconds)

    def _copy(self, read: int, fd: int, stream: CapturedStream) -> None:
        rest = b""
        while chunk := os.read(read, 65536):
            rest += chunk
            while self._marker in rest:
                before, _, rest = rest.partition(self._marker)
                self._write(stream, before)
                self._arrived[fd].set()
            keep = len(self._marker) - 1
            if len(rest) > keep:
                self._write(stream, rest[:-keep])
                rest = rest[-keep:]

    def _write(self, stream: CapturedStream, data: bytes) -> None:
        try:
            stream.write(data.decode(errors="replace"))
        except OutputLimitError:
            self.overflow = True


def capture(
    emit: Callable[[str, str], None], limit: int
) -> tuple[CapturedStream, CapturedStream, DescriptorCapture]:
    """Replace ``sys.stdout`` and ``sys.stderr`` and descriptors 1 and 2; return what replaced them."""
    out, err = (CapturedStream(name, emit, limit) for name in ("stdout", "stderr"))
    descriptors = DescriptorCapture({1: out, 2: err})
    sys.stdout, sys.stderr = out, err
    return out, err, descriptors
