"""Names that go into addresses, folders and commands as they are."""

SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
# What it asks for, in words.
SLUG_IN_WORDS = "lower-case letters, digits, and hyphens between them"
