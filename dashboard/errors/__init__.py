"""The views of the Errors page."""
