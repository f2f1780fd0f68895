"""A learner's record as one web page: nothing is loaded from anywhere, and a phone shows it as well."""

from datetime import UTC, datetime
from html import escape

from cifar_core.experiments.answer import describe_effect
from cifar_core.experiments.learners import Asked, LearnerRecord
from cifar_core.experiments.pooling import PooledClaim, count_right, pool
from cifar_core.experiments.question import Claim
from cifar_core.experiments.store import Prediction

_DATA = {
    "cifar10": "CIFAR-10",
    "cifar10-unverified": "CIFAR-10, unverified files",
    "practice": "the practice set, not CIFAR-10",
    "": "no images yet",
}
_FACTS = {"device_title": "device", "num_threads": "threads", "num_cores": "cores", "cifar_lab": "CIFAR Lab"}
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem;
  color: light-dark(#1c2430, #e4e8ef); background: light-dark(#fff, #12161d); overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0.4rem 0; } h2 { font-size: 1.1rem; margin: 0 0 0.3rem; }
section { border: 1px solid light-dark(#dde2ea, #303846); border-radius: 6px; padding: 0.8rem 1rem; margin: 1rem 0; }
p { margin: 0.4rem 0; } .quiet { color: light-dark(#566173, #9aa5b5); font-size: 0.88rem; }
.right { color: light-dark(#1d7a46, #63c48c); } .wrong { color: light-dark(#b3261e, #ff8a80); }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; margin: 0.5rem 0; }
th { text-align: left; font-weight: 500; } td { text-align: right; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0; border-bottom: 1px solid light-dark(#eef1f5, #252c37); vertical-align: top; }
td { padding-left: 0.8rem; } td span { white-space: nowrap; }
"""


def draw_page(record: LearnerRecord) -> str:
    """Return the record as an HTML document of its own."""
    name = escape(record.learner)
    when = datetime.fromtimestamp(record.exported_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    lessons = {lesson.question.name for lesson in pool([record])}
    guesses = [guess for lesson in pool([record]) for claim in lesson.claims for guess in claim.guesses]
    right, known = count_right(guesses)
    told = f" Of {known} predictions that these runs decide, {right} were right." if known else ""
    sections = "\n".join(map(_draw_asked, record.experiments)) or "<p>Nothing was asked yet.</p>"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}: CIFAR Lab</title><style>{_STYLE}</style></head><body>
<h1>{name}</h1>
<p>{len(record.experiments)} experiments on {len(lessons)} questions.{told}</p>
<p class="quiet">CIFAR Lab {escape(record.app)}, written {when}. All accuracies are on val, after the last
epoch; no test image was read.</p>
{sections}
</body></html>
"""


def _draw_asked(asked: Asked) -> str:
    (lesson,) = pool([LearnerRecord(schema="cifar-lab-learner", learner="-", exported_at=0, experiments=(asked,))])
    claims = "\n".join(_draw_claim(place, claim, asked) for place, claim in enumerate(lesson.claims))
    arms = "\n".join(_draw_arm(arm.name, asked.accuracies.get(arm.name, {})) for arm in asked.question.arms)
    when = datetime.fromtimestamp(asked.asked_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    facts = (asked.machine | asked.versions).items()
    machine = ", ".join(f"{_FACTS.get(key, key)} {value}" for key, value in facts)
    return f"""<section><h2>{escape(asked.question.question)}</h2>
<p class="quiet">{escape(asked.question.title)}, asked {when}, on {escape(_DATA.get(asked.data, asked.data))}</p>
{claims}
<table>{arms}</table>
<p class="quiet">Question {escape(asked.question.name)} {escape(asked.hash)}. {escape(machine)}</p></section>"""


def _draw_claim(place: int, pooled: PooledClaim, asked: Asked) -> str:
    claim, said = pooled.claim, asked.predictions.get(place)
    sentence = describe_effect(claim, pooled.effect, pooled.verdict, len(pooled.by_seed))
    guess = "Nothing was predicted." if said is None else f"Predicted: {escape(describe_guess(claim, said))}"
    if said is not None and place in asked.confidences:
        guess += f", {asked.confidences[place]} % sure"
    mark = ""
    if said is not None and pooled.verdict not in (None, "undecided"):
        is_right = said == pooled.verdict
        mark = f' <span class="{"right" if is_right else "wrong"}">{"right" if is_right else "otherwise here"}</span>'
    return f"<p><strong>{escape(claim.says)}</strong><br>{escape(sentence)}<br>{guess}{mark}</p>"


def describe_guess(claim: Claim, said: Prediction) -> str:
    """Return what a prediction says of a claim."""
    if said == "no difference":
        return "no difference"
    return f'"{claim.second if said == "supported" else claim.first}" is better'


def _draw_arm(arm: str, by_seed: dict[int, float]) -> str:
    runs = ", ".join(f"<span>{100 * value:.1f} % (seed {seed})</span>" for seed, value in sorted(by_seed.items()))
    return f"<tr><th>{escape(arm)}</th><td>{runs or 'no result'}</td></tr>"
