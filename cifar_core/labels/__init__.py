"""Labels that may be wrong, and what people say: suspicions, verdicts by hand, and judgements others have published."""
