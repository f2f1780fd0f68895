"""The process that starts the dispatcher: python -m cifar_core.runs.cluster.ray_start RUNS_DIR.

The dispatcher is detached: it outlives this process, has no processor of its own, stays on the cluster's head, and is
started again by Ray when it dies.
"""

import logging
import os
import sys
from hashlib import blake2b
from pathlib import Path

from cifar_core.runs.cluster.choice import read_address
from cifar_core.runs.slots import SHARES

_NAMESPACE = "cifar-lab"
_READY_SECONDS = 45.0


def main() -> int:
    """Join the cluster that $CIFAR_EXECUTOR names, see to it that it has a dispatcher for a runs folder, and leave."""
    try:
        import ray
    except ImportError:
        sys.stderr.write("Ray is not installed here, but `pip install 'cifar-lab[cluster]'` brings it\n")
        return 1
    try:
        ray.init(read_address(), namespace=_NAMESPACE, log_to_driver=False, logging_level=logging.ERROR)
        problem = _start(str(Path(sys.argv[1]).resolve()))
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        problem = (str(error).strip().splitlines() or [type(error).__name__])[-1]
    if problem:
        sys.stderr.write(f"{problem}\n")
    return 1 if problem else 0


def _start(runs_dir: str) -> str:
    """Return what keeps the dispatcher from its work; empty if it works."""
    import ray

    from cifar_core.runs.cluster.ray_actor import DispatcherActor

    options = {
        "name": f"dispatcher-{blake2b(runs_dir.encode(), digest_size=6).hexdigest()}",
        "lifetime": "detached",
        "get_if_exists": True,
        "num_cpus": 0,
        "max_restarts": -1,
        "max_concurrency": 4,
        "resources": {"node:__internal_head__": 0.001},
    }
    shares = os.environ.get(SHARES, "")
    actor = ray.remote(DispatcherActor).options(**options).remote(runs_dir, shares)
    return str(ray.get(actor.wait_until_ready.remote(), timeout=_READY_SECONDS))


if __name__ == "__main__":
    sys.exit(main())
