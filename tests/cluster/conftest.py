"""A real cluster of three node processes on this machine, small enough for one core."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cluster_work import NODE

ray = pytest.importorskip("ray", reason="the extra `ray` is not installed")

TESTS = Path(__file__).parents[1]
QUICK = {
    "worker_niceness": 0,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 500,
    "health_check_failure_threshold": 3,
}


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """Three nodes. A test that kills a node adds another one."""
    from ray.cluster_utils import Cluster

    before = os.environ.get("PYTHONPATH", "")
    paths = [str(TESTS), str(TESTS.parent / "src"), before]
    os.environ |= {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "RAY_USAGE_STATS_ENABLED": "0"}
    made = Cluster(
        initialize_head=True, head_node_args=NODE | {"include_dashboard": False, "_system_config": QUICK}
    )
    try:
        for _ in range(2):
            made.add_node(**NODE)
        ray.init(address=made.address, logging_level="CRITICAL", log_to_driver=False)
        made.wait_for_nodes()
        yield made
    finally:
        ray.shutdown()
        made.shutdown()
        os.environ["PYTHONPATH"] = before
