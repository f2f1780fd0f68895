"""Networks from elsewhere: read from a file that executes nothing unasked, asked about val and test, kept as a run."""
