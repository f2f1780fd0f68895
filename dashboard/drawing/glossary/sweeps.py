"""Words of sweeps."""

from dashboard.drawing.glossary.term import Term

TERMS = (
    Term(
        "sweep",
        "Many runs that differ in some settings, to see which values are best. The best of many is partly lucky, so it "
        "is trained again before it is believed.",
    ),
    Term(
        "configuration",
        "One choice of values for all settings that a sweep searches. One run trains it, or several with a seed each.",
    ),
    Term(
        "sampler",
        "What decides which values a sweep tries next. Some draw them beforehand, others learn from what came of those "
        "before.",
        labels=("How values are chosen",),
    ),
    Term(
        "Sobol's numbers",
        "A sequence of points that fills a range evenly, however many of them are taken. Random points leave gaps and "
        "clumps.",
        words=("quasi-random", "evenly spread"),
    ),
    Term(
        "TPE",
        "A sampler that compares what the good configurations have in common with what the others have (Bergstra, "
        "2011). It tries more where the good ones lie.",
        words=("tpe",),
    ),
    Term(
        "successive halving",
        "All configurations are trained for a few epochs, and only the best of them longer, again and again (Jamieson "
        "and Talwalkar, 2016). The time goes to those that promise most.",
        words=("halving", "halved"),
    ),
    Term(
        "PED-ANOVA",
        "A measure of how differently a setting's values are spread among the best configurations and among all "
        "(Watanabe, 2023). A setting that does not matter is spread alike in both.",
    ),
    Term(
        "fresh seed",
        "A seed that had no part in choosing a configuration. What the choice owed to luck is gone with it.",
    ),
)
