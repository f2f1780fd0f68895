"""A list of blocks to add to, reorder, copy and take from; what cannot work is said while it is edited."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from pydantic import TypeAdapter

from cifar_core.config.blocks import BLOCKS, Block, BlockError, Shape, trace_shapes
from dashboard.components import opener
from dashboard.drawing.glossary import explain_field
from dashboard.drawing.words import choice_title, setting
from dashboard.forms.fields import render_field
from dashboard.session import form_values, state
from dashboard.session.arrival import arrive_at
from dashboard.session.lock import read_lock

Blocks = list[dict[str, Any]]

_MOST_BLOCKS = 40
# Each block is one line, whatever its width: words that do not fit are cut, and stand whole in its settings.
_STYLE = """<style>
[class*="st-key-block_"] { flex-wrap: nowrap; border-bottom: 1px solid var(--st-border-color, #8883); }
[class*="st-key-block_"] > :first-child { flex: 1 1 0; min-width: 0; }
[class*="st-key-block_"] [class*="st-key-open_"] button { justify-content: flex-start; width: 100%; overflow: hidden; }
[class*="st-key-block_"] [class*="st-key-open_"] button p {
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
}
[class*="st-key-block_"] > :not(:first-child) { flex: none; }
[class*="st-key-block_"] > :not(:first-child) button { min-width: 1.7rem; padding: 0; }
</style>"""
_BLOCK: TypeAdapter[Block] = TypeAdapter(Block)


def render_blocks(path: str, form: str = form_values.TRAIN) -> Blocks:
    """Draw the editor of a list of blocks and return the list as it is.

    Args:
        path: Of the setting, e.g. "model.blocks".
        form: Which page's form.
    """
    blocks = form_values.form_blocks(path, form)
    shapes, error = _trace(blocks)
    if read_lock().holds(path):
        words = "\n".join(f"{place}. {describe_block(block)}" for place, block in enumerate(blocks, start=1))
        st.markdown(f":material/lock: Locked by the link\n\n{words}")
        return blocks
    st.html(_STYLE)
    st.caption(f"{shapes_in_words(None)} goes in; ten scores come out of a dense layer behind the last block.")
    with st.container(gap=None, key=form_values.form_key(path, form)):
        for position, block in enumerate(blocks):
            _render_block(path, form, position, block, shapes, error)
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.markdown(":small[:gray[Add]]", width="content")
        for kind in BLOCKS:
            st.button(
                choice_title(kind),
                key=f"{form}_add_{kind}",
                icon=":material/add:",
                type="tertiary",
                help=BLOCKS[kind].__doc__,
                disabled=len(blocks) >= _MOST_BLOCKS,
                on_click=_edit,
                args=(path, form, _append, kind),
            )
    return blocks


def describe_block(block: dict[str, Any]) -> str:
    """Return a block in a few words, e.g. "Convolution 3x3, 32 channels, batch norm, ReLU"."""
    words = {
        "conv": lambda: [
            f"Convolution {block['kernel_size']}x{block['kernel_size']}",
            f"{block['channels']} channels",
            "stride 2" if block["stride"] == 2 else "",
            f"{block['norm']} norm" if block["norm"] != "none" else "",
            "shortcut" if block["residual"] else "",
            setting(block["activation"]) if block["activation"] != "none" else "",
        ],
        "pool": lambda: [f"{block['method'].capitalize()} pooling {block['size']}x{block['size']}"],
        "dropout": lambda: [f"Dropout {block['rate']:g}"],
        "global_pool": lambda: [f"Global {block['method']} pooling"],
        "dense": lambda: [
            f"Dense, {block['units']} units",
            setting(block["activation"]) if block["activation"] != "none" else "",
        ],
    }
    return ", ".join(filter(None, words[block["kind"]]()))


def shapes_in_words(shape: Shape | None) -> str:
    """Return a shape, e.g. "64 x 16 x 16"; the image's for None."""
    return " x ".join(map(str, shape or (3, 32, 32)))


def _trace(blocks: Blocks) -> tuple[list[Shape], BlockError | None]:
    """Return the shapes up to the first block that cannot work, and why it cannot."""
    parsed = [_BLOCK.validate_python(block) for block in blocks]
    try:
        return trace_shapes(parsed), None
    except BlockError as error:
        return trace_shapes(parsed[: error.position]), error


def _render_block(
    path: str, form: str, position: int, block: dict[str, Any], shapes: list[Shape], error: BlockError | None
) -> None:
    """Draw a block as a line: what it is opens its settings, and beside that stands what else can be done with it."""
    last = len(form_values.form_blocks(path, form)) - 1
    with st.container(
        horizontal=True, wrap=False, vertical_alignment="center", gap=None, key=f"block_{form}_{position}"
    ):
        label = f"**{position + 1}** {describe_block(block)}{_leaving(shapes, position)}"
        with opener(label, kind="tertiary", width="stretch", wrap=False, key=f"{form}_block_{position}"):
            _render_fields(path, form, position, block)
        _render_actions(path, form, position, last)
    if error is not None and error.position == position:
        st.error(str(error).capitalize() + ".", icon=":material/block:")


def _leaving(shapes: list[Shape], position: int) -> str:
    return f" :gray[→ {shapes_in_words(shapes[position])}]" if position < len(shapes) else ""


def _render_actions(path: str, form: str, position: int, last: int) -> None:
    there = (path, form)
    for icon, words, act, arguments, is_off in (
        ("arrow_upward", "Move up", _move, (*there, position, -1), position == 0),
        ("arrow_downward", "Move down", _move, (*there, position, 1), position == last),
        ("content_copy", "Duplicate", _edit, (*there, _duplicate, position), last + 1 >= _MOST_BLOCKS),
        ("close", "Remove", _edit, (*there, _remove, position), last == 0),
    ):
        st.button(
            "",
            key=f"{form}_{icon}_{position}",
            icon=f":material/{icon}:",
            type="tertiary",
            help=f"{words} block {position + 1}",
            disabled=is_off,
            on_click=act,
            args=arguments,
        )


def _render_fields(path: str, form: str, position: int, block: dict[str, Any]) -> None:
    kind = BLOCKS[block["kind"]]
    schemas = kind.field_schemas()
    st.caption(str(kind.__doc__))
    for field in [name for name in kind.model_fields if name != "kind"]:
        key = f"{form}_block_{position}.{block['kind']}.{field}"
        state.set_widget(key, block[field])
        schema = schemas[field] | {
            "description": explain_field(schemas[field]["description"], f"{block['kind']}.{field}")
        }
        render_field(field.replace("_", " ").capitalize(), key, schema, _take_over, (path, form, position, field, key))


def _take_over(path: str, form: str, position: int, field: str, key: str) -> None:
    """Bring a widget's value into the list. An emptied number box keeps what it had."""
    blocks, value = form_values.form_blocks(path, form), state.widget_value(key)
    if position < len(blocks) and value is not None:
        blocks[position][field] = value
        form_values.set_form({path: blocks}, form)


def _edit(path: str, form: str, action: Callable[[Blocks, Any], None], argument: Any) -> None:
    blocks = form_values.form_blocks(path, form)
    action(blocks, argument)
    form_values.set_form({path: blocks}, form)


def _append(blocks: Blocks, kind: str) -> None:
    blocks.append(BLOCKS[kind]().model_dump())


def _move(path: str, form: str, position: int, by: int) -> None:
    """Let a block change places with a neighbour; whoever pressed the key stays with it, to press it again."""
    blocks, place = form_values.form_blocks(path, form), position + by
    blocks[place], blocks[position] = blocks[position], blocks[place]
    form_values.set_form({path: blocks}, form)
    can_go_on = 0 <= place + by < len(blocks)
    arrive_at(f"{form}_{'arrow_upward' if (by < 0) == can_go_on else 'arrow_downward'}_{place}")


def _duplicate(blocks: Blocks, position: int) -> None:
    blocks.insert(position, dict(blocks[position]))


def _remove(blocks: Blocks, position: int) -> None:
    del blocks[position]
