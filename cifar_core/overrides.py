"""Edit, parse and compare RunConfigs by dotted paths such as `optimizer.learning_rate`."""

import ast
import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cifar_core.config import SECTIONS, RunConfig, Section, section_choices
from cifar_core.config.blocks import BLOCKS
from cifar_core.config.fields import ALLOWED


class ConfigError(ValueError):
    """Settings that no run can have. Its text has one line an error: the field, the value and what is allowed."""


def flatten(config: RunConfig) -> dict[str, Any]:
    """Return every setting of the config by its dotted path, in the order of the sections."""
    return {
        f"{section}.{field}": value
        for section, settings in config.model_dump().items()
        for field, value in settings.items()
    }


def parse_config(json_text: str | bytes) -> RunConfig:
    """Read a stored config, strictly: no text for a number, no unknown name.

    Raises:
        ConfigError: The text is not JSON, or not a RunConfig.
    """
    try:
        return RunConfig.model_validate_json(json_text, strict=True)
    except ValidationError as error:
        raise ConfigError("\n".join(_describe(details) for details in error.errors())) from error


def with_overrides(config: RunConfig, overrides: Mapping[str, Any]) -> RunConfig:
    """Return the config with the given settings replaced.

    A new `name` in a section with a choice (`model.name`, `optimizer.name`, `schedule.name`) starts that section from
    the defaults of the new choice; further overrides of the section then apply to it.

    Raises:
        ConfigError: A path names no setting, or a value is not allowed.
    """
    tree: dict[str, dict[str, Any]] = config.model_dump()
    for path in sorted(overrides, key=lambda path: not path.endswith(".name")):
        section, field = _split_path(path)
        value = overrides[path]
        if field == "name" and value != tree[section].get("name"):
            tree[section] = {"name": value}
        else:
            tree[section][field] = value
    return parse_config(json.dumps(tree))


def config_difference(first: RunConfig, second: RunConfig) -> dict[str, tuple[Any, Any]]:
    """Return the settings that differ, as (first's value, second's value); None where a config has no such setting."""
    left, right = flatten(first), flatten(second)
    paths = [*left, *(path for path in right if path not in left)]
    return {path: (left.get(path), right.get(path)) for path in paths if left.get(path) != right.get(path)}


def overrides_between(base: RunConfig, config: RunConfig) -> dict[str, Any]:
    """Return the overrides that make one config of another: `with_overrides(base, ...)` is `config`."""
    settings = flatten(config)
    changed = {path: value for path, (_, value) in config_difference(base, config).items() if path in settings}
    for section in SECTIONS:
        if f"{section}.name" in changed:  # the section then starts from its own defaults
            changed |= {path: value for path, value in settings.items() if path.startswith(f"{section}.")}
    return changed


def parse_value(text: str) -> Any:
    """Read a value as typed on a command line: a number, true, false, null, a list or an object; all else is text.

    Lists and objects are JSON, or what some shells leave of it: with single quotes, as Python writes them.

    Raises:
        ConfigError: It begins like a list or an object, but cannot be read as one.
    """
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if read is json.loads or isinstance(value, list | dict):
            return value
    if text[:1] in ("[", "{"):
        raise ConfigError("cannot be read; allowed: JSON, with double quotes around its names")
    return text


def describe_allowed(section: type[Section], field: str) -> str:
    """Say in words which values a field takes, e.g. "more than 0, at most 10"."""
    schema = section.field_schemas()[field]
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "boolean":
        return "true, false"
    bounds = {
        "exclusiveMinimum": "more than",
        "minimum": "at least",
        "exclusiveMaximum": "less than",
        "maximum": "at most",
    }
    words = [f"{word} {schema[key]:g}" for key, word in bounds.items() if key in schema]
    if schema.get("type") == "array":
        return f"a list of {schema['minItems']} to {schema['maxItems']} {field}"
    kind = {"integer": "a whole number", "number": "a number", "string": "text"}.get(schema.get("type", ""), "")
    if "pattern" in schema:
        return str(schema.get(ALLOWED, schema["description"]))
    return " ".join([kind, ", ".join(words)]).strip()


def _split_path(path: str) -> tuple[str, str]:
    section, _, field = path.partition(".")
    if section not in SECTIONS or not field:
        raise ConfigError(f"{path}: no such setting; allowed: section.field with a section of {', '.join(SECTIONS)}")
    return section, field


def _describe_block(path: str, details: ErrorDetails, location: list[str]) -> str:
    """Describe an error within a list of blocks; `location` starts with the block's place, then has its kind."""
    where = f"{path}[{int(location[0]) + 1}]"
    if details["type"] == "union_tag_invalid":
        return f"{where}.kind = {details['ctx']['tag']!r} is not allowed; allowed: {', '.join(BLOCKS)}"
    if len(location) < 3 or location[1] not in BLOCKS:
        return f"{where} is not allowed: {details['msg']}; allowed kinds: {', '.join(BLOCKS)}"
    block, field = BLOCKS[location[1]], location[2]
    if field not in block.model_fields:
        return f"{where}.{field}: no such setting of {location[1]}; allowed: {', '.join(block.model_fields)}"
    return f"{where}.{field} = {details['input']!r} is not allowed; allowed: {describe_allowed(block, field)}"


def _describe(details: ErrorDetails) -> str:
    """Turn one pydantic error into a line with the field, the value and what is allowed."""
    location = [str(part) for part in details["loc"]]
    if not location:
        return f"config: {details['msg']}"
    section = location[0]
    if section not in SECTIONS:
        return f"{section}: no such section; allowed: {', '.join(SECTIONS)}"
    choices = section_choices(section)
    if details["type"].startswith("union_tag") and len(location) < 3:
        value = details.get("ctx", {}).get("tag", details["input"])
        return f"{section}.name = {value!r} is not allowed; allowed: {', '.join(choices)}"
    # A union's location carries the chosen name between the section and the field.
    has_choice = "" not in choices
    chosen = choices[location[1] if has_choice else ""] if len(location) > has_choice else choices.get("")
    fields = location[1 + has_choice :]
    if chosen is None or not fields:
        message = details["msg"].removeprefix("Value error, ")
        return f"{section}: {message}"
    path = f"{section}.{fields[0]}"
    if fields[0] == "blocks" and len(fields) > 1:
        return _describe_block(path, details, fields[1:])
    if fields[0] not in chosen.model_fields:
        of = f"{section} {location[1]}" if has_choice else section
        return f"{path}: no such setting of {of}; allowed: {', '.join(chosen.model_fields)}"
    return f"{path} = {details['input']!r} is not allowed; allowed: {describe_allowed(chosen, fields[0])}"
