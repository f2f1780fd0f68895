"""A script for each page, named as its address: a form, calls of its wing, and what they found on the screen."""
