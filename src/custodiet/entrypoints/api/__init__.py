"""Who is at the door: a program of someone signed in. `/api/v1`, by the pages' own flows and policy."""
