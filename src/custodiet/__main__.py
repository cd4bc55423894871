"""`python -m custodiet` is the custodiet command."""

import gc

# Before anything is imported: what is imported stays, and looking through it again and again for what might be thrown
# away takes a quarter of the start of a process.
gc.set_threshold(10_000)

from custodiet.main import main  # noqa: E402 - as said above

main()
