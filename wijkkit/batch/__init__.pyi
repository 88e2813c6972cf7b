from .manifest import RunResult as RunResult
from .manifest import status as status
from .runner import run as run
