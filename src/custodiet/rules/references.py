"""What a case's reference may look like: it stands in addresses, on lists and in files."""

REFERENCE_MAX = 40
_RESERVED = frozenset({"new"})
"""An address of its own beside the cases'."""


def objections_to_reference(reference: str) -> tuple[str, ...]:
    """What stands against it; empty for one that can be given."""
    if not 0 < len(reference) <= REFERENCE_MAX or reference in _RESERVED or set(reference) <= {"."}:
        return (f"reference: a reference has at most {REFERENCE_MAX} signs and is no word of ours; use another one",)
    if not all(one.isalnum() or one in "-_." for one in reference):
        return ("reference: a reference has letters, digits, full stops and dashes; use another one",)
    return ()
