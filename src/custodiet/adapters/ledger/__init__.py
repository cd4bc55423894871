"""The ledger outside the database: tiles and checkpoint anybody may fetch, and what an auditor is given."""
