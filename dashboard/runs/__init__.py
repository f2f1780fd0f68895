"""The Runs page's parts."""
