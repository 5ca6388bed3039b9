"""What every job.py has in common (shared/python/python-job.ts is its other side).

    from cordage_job import JobError, progress, run

    def work(request):
        progress(done=1, total=2)
        return {"sum": 3}

    run(work)

One JSON request comes on standard input. On standard output go JSON lines: {"progress": {...}}, and at the end
{"result": ...} or {"error": {"message", "kind", "details"}}. Whatever else is printed goes to standard error, the log.
"""

import hashlib
import json
import os
import sys
import threading
from pathlib import Path

# The protocol keeps the real standard output; libraries print what they like to the other one.
_protocol = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
os.dup2(2, 1)

# If the environment forbids storing compiled modules, each job would compile its libraries again.
sys.dont_write_bytecode = False


class JobError(Exception):
    """What went wrong, for the caller. `kind` is a fixed snake_case word."""

    def __init__(self, message, kind, details=()):
        super().__init__(message)
        self.kind, self.details = kind, list(details)


def progress(**said):
    _say(progress=said)


def run(work):
    """Gives the request to `work`, and its result, or its error, to the caller."""
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_caller, daemon=True).start()
    try:
        _say(result=work(request))
    except JobError as error:
        _say(error={"message": str(error), "kind": error.kind, "details": error.details})
        sys.exit(1)
    except Exception as error:
        _say(error={"message": f"{type(error).__name__}: {error}", "kind": "unknown_error"})
        raise


def code_version(package):
    """Twelve digits that change with the code of a package, for a model that it has trained."""
    files = sorted(Path(package.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _say(**line):
    _protocol.write(json.dumps(line, default=str) + "\n")


def _end_with_caller():
    """Standard input closes when the caller is gone, however it ended."""
    sys.stdin.read()
    os._exit(1)
