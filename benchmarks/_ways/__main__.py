"""python -m benchmarks._ways WAY CONFIG NUM_IMAGES prints {name: pace} as JSON; CONFIG is JSON too."""

import importlib
import json
import sys

from benchmarks._ways.task import create_task
from cifar_core.config import RunConfig


def main(arguments: list[str]) -> int:
    """Measure one way and print what it reached, or what it lacks."""
    way, text, num_images = arguments
    task = create_task(RunConfig.model_validate_json(text), int(num_images))
    try:
        module = importlib.import_module(f"benchmarks._ways.{way}_way")
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        return 0
    print("\n" + json.dumps(module.measure(task)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
