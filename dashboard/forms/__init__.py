"""Settings as widgets, drawn from the schema of RunConfig."""
