"""Lessons: a question, a prediction, a few small runs, and what they answer."""
