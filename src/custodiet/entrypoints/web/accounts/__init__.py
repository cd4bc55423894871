"""Who can sign in, and their sessions: Django's tables, in a database of their own. No case is in it."""
