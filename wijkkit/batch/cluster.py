"""Run notebooks on the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from wijkkit.errors import BatchError


@contextmanager
def dask_executor(address: str) -> Iterator[tuple[Executor, int]]:
    """Yield an executor on a Dask cluster, and how many notebooks it runs at the same time.

    Each worker starts a fork server of its own at its first notebook; it ends with the worker.
    Workers must see the study's folder under the same path. Executed notebooks come back as
    text and are written here. A notebook whose worker dies is run again by another.

    Raises
    ------
    BatchError
        There is no scheduler, it has no workers, or the package distributed is not installed.
    """
    try:
        from distributed import Client
    except ImportError:
        raise BatchError(
            "the package distributed is not installed", remedy="Install wijkkit[dask]."
        ) from None
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError):
        raise BatchError(
            "there is no Dask scheduler here", found=address, remedy="Give --dask tcp://host:port."
        ) from None
    with client:
        slots = sum(client.nthreads().values())
        if not slots:
            raise BatchError("the Dask cluster has no workers", found=address)
        with client.get_executor(pure=False) as executor:
            yield executor, slots
