"""Run ids that sort by time and read aloud: 20261122-1815-brave-otter."""

import random
import re
from datetime import datetime

_ADJECTIVES = """
    amber bold brave bright brisk calm clever coral crisp eager fair fleet gentle glad golden happy honest humble keen
    kind lively lucid lucky mellow merry mild noble patient plucky proud quick quiet rapid ready royal sharp silent
    silver smart snug solid steady sunny swift tidy vivid warm wise witty young
""".split()  # noqa: SIM905 a word list is read as words
_ANIMALS = """
    badger bear beaver bison crane deer dolphin eagle falcon ferret finch fox gecko goose hare hawk heron ibex jay
    koala lark lemur lion llama lynx magpie marten mole moose newt orca otter owl panda pelican pony puffin quail
    raven robin salmon seal shrew sloth sparrow stork swan tapir tern tiger toad turtle viper walrus wren yak zebra
""".split()  # noqa: SIM905

_RUN_ID = re.compile(r"[0-9]{8}-[0-9]{4}-[a-z]{1,20}-[a-z]{1,20}")


def create_run_id(now: datetime) -> str:
    """Return an id for a run that begins now; somebody may have it already."""
    generator = random.Random()  # noqa: S311 a name is no secret
    return f"{now:%Y%m%d-%H%M}-{generator.choice(_ADJECTIVES)}-{generator.choice(_ANIMALS)}"


def animal(run_id: str) -> str:
    """Return what a run's id tells it from its namesakes by, e.g. "sharp-lemur"; all of an id that is none of ours."""
    return run_id.split("-", 2)[-1]


def is_run_id(text: str) -> bool:
    """Whether the text has the form of a run id, and so can safely be a directory's name."""
    return _RUN_ID.fullmatch(text) is not None
