"""Number boxes that understand a decimal comma and say what they do not understand: `numbers.js`, of every document.

A browser drops what it takes for no part of a number: 0,05 became 5 without a word.
"""

WHOLE = "whole number"  # the placeholder of a box for whole numbers, by which the browser knows them
