"""Sweeps: settings to be ticked, many runs that differ in them, which are best, and how much of that is luck."""
