"""What else takes positions in and tells where somebody entered or left a zone, run beside ours on the same work.

One file for each. Each opens what it needs, takes lines as an upstream Traccar forwards them, and says what it does and
what it does not. None is looked for anywhere but in `custodiet bench`.
"""
