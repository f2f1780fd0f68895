"""Runs to take along: rebuilt elsewhere, as plain code, as a model, as a report, as tables. torch comes late."""

from cifar_core.export.exceptions import ExportError, ExportStoppedError
from cifar_core.export.exporting import Exported, export_run, export_runs
from cifar_core.export.kinds import KINDS, Kind, KindName, check_kind, estimate_bytes
from cifar_core.export.subject import Subject
from cifar_core.export.watch import ExportProgress, Watch

__all__ = [
    "KINDS",
    "ExportError",
    "ExportProgress",
    "ExportStoppedError",
    "Exported",
    "Kind",
    "KindName",
    "Subject",
    "Watch",
    "check_kind",
    "estimate_bytes",
    "export_run",
    "export_runs",
]
