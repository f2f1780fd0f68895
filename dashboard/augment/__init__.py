"""The views of the Augment page."""
