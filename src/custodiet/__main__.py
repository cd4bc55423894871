"""`python -m custodiet` is the custodiet command."""

from custodiet.main import main

main()
