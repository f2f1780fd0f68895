"""python -m pytest tests/unit/training/test_compilation.py."""

import pytest
import torch

from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore
from cifar_core.runs.layout import RunFiles
from cifar_core.runs.worker import run_worker
from cifar_core.training import state as training_state
from cifar_core.training.compilation import compile_ahead
from cifar_core.training.events import EpochDone, NetworkCompiled, TrainingStarted
from cifar_core.training.exceptions import CompilationError
from cifar_core.training.fit import fit
from cifar_core.training.state import create_training_state
from tests.unit.runs_helpers import IdleExecutor
from tests.unit.training.watching import run


@pytest.fixture
def compiling(tiny_config):
    return with_overrides(tiny_config, {"training.compile": True})


def compile_with(monkeypatch, backend):
    """Put something else in the place of the compiler, which takes half a minute."""
    monkeypatch.setattr(
        training_state, "_compile", lambda classifier: torch.compile(classifier, backend=backend, dynamic=False)
    )


def test_every_batch_size_is_compiled_and_nothing_changes(monkeypatch, tiny_dataset, compiling):
    graphs = []
    compile_with(monkeypatch, lambda graph, inputs: graphs.append(graph) or graph.forward)
    state = create_training_state(compiling, tiny_dataset, "cpu")
    before = {name: tensor.clone() for name, tensor in state.classifier.state_dict().items()}
    assert compile_ahead(state) > 0
    sizes = {end - start for start, end in state.batch_bounds}
    assert len(sizes) == 2  # the last batch is smaller
    assert len(graphs) == len(sizes)
    after = state.classifier.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
    assert all(parameter.grad is None for parameter in state.classifier.parameters())
    state.model(torch.zeros(32, 3, 32, 32))
    assert len(graphs) == len(sizes)


def test_compiled_runs_say_how_long_that_took_and_count_it(monkeypatch, tmp_path, tiny_dataset, compiling):
    compile_with(monkeypatch, "eager")
    result, events = run(compiling, tiny_dataset, tmp_path)
    started, compiled = events[:2]
    assert isinstance(started, TrainingStarted)
    assert started.is_compiling
    assert isinstance(compiled, NetworkCompiled)
    assert compiled.epoch == 1
    epochs = [event.seconds for event in events if isinstance(event, EpochDone)]
    assert result.seconds == pytest.approx(compiled.seconds + sum(epochs))
    plain = with_overrides(compiling, {"training.compile": False})
    uncompiled, _ = run(plain, tiny_dataset, tmp_path / "plain")
    assert result.last_val_accuracy == uncompiled.last_val_accuracy


def test_the_record_keeps_the_time_and_the_status_speaks_of_it(monkeypatch, tmp_path, tiny_dataset, compiling):
    compile_with(monkeypatch, "eager")
    store = RunStore(tmp_path, executor=IdleExecutor())
    record = store.record(store.submit(compiling))
    messages = []

    def noting(config, dataset, outputs, monitor):
        told = monitor.on_event

        def note(event):
            told(event)
            messages.append(record.status().message)

        monitor.on_event = note
        return fit(config, tiny_dataset, outputs, monitor)

    assert run_worker(record.run_dir, noting, IdleExecutor()) == 0
    assert messages[0].startswith("Compiling")
    assert set(messages[1:]) == {""}
    assert record.compile_seconds() > 0
    assert record.status().seconds >= record.compile_seconds()


def test_a_compiler_that_fails_is_explained(monkeypatch, tmp_path, tiny_dataset, compiling):
    def fail(graph, inputs):
        raise RuntimeError("no C++ compiler found")

    compile_with(monkeypatch, fail)
    with pytest.raises(CompilationError, match=r"training.compile = True.*no C\+\+ compiler found.*allowed: False"):
        fit(compiling, tiny_dataset, RunFiles(tmp_path))


def test_torchs_own_compiler_gives_nearly_the_same_network(tmp_path, tiny_dataset, compiling):
    changes = {"model.name": "mlp", "model.hidden_size": 8, "model.num_hidden_layers": 1, "training.num_epochs": 1}
    accuracies = [
        fit(
            with_overrides(compiling, {**changes, "training.compile": is_compiled}),
            tiny_dataset,
            RunFiles(tmp_path / str(is_compiled)),
        ).last_val_accuracy
        for is_compiled in (True, False)
    ]
    assert accuracies[0] == pytest.approx(accuracies[1], abs=0.05)
